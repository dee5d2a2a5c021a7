//! What generating takes, and compiling if that is wanted, by the number of operations.

use std::{
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use cloudflare_sdk_codegen::Generator;

use super::{cargo, package::Package, published::Operation};

/// The numbers of operations that are measured, besides all.
const SIZES: [usize; 3] = [10, 100, 500];

/// Generates the first operations of each number, each in a process of its own, and prints what that took.
pub(crate) fn run(
    root: &Path,
    from: &Path,
    only: &[String],
    operations: usize,
    compiled: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    if cfg!(debug_assertions) {
        writeln!(
            out,
            "This is a debug build. For figures that count: cargo run --release --package xtask\n"
        )?;
    }
    writeln!(
        out,
        "| operations | modules | code | time to generate | peak memory | time of cargo check |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for size in SIZES.into_iter().filter(|size| *size < operations).chain([operations]) {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["survey", "--size", &size.to_string(), "--from"])
            .arg(from)
            .arg("--root")
            .arg(root);
        if let Some(folder) = &compiled {
            command.arg("--compile").arg("--out").arg(folder);
        }
        for pattern in only {
            command.arg("--only").arg(pattern);
        }
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("measuring {size} operations failed").into());
        }
        write!(out, "{}", String::from_utf8_lossy(&output.stdout))?;
        out.flush()?;
    }
    Ok(())
}

/// Generates the operations in this process, and prints the row that says what it took.
pub(crate) fn row(
    root: &Path,
    text: &str,
    operations: &[Operation],
    compiled: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let calls = operations.iter().map(|operation| operation.call());
    let start = Instant::now();
    let modules = Generator::new("published").operations(calls).modules(text)?;
    let time = start.elapsed().as_secs_f64();
    let peak = peak_memory().map_or_else(
        || "not known on this platform".to_owned(),
        |kilobytes| format!("{} MB", kilobytes / 1024),
    );
    let code: usize = modules.iter().map(|module| module.code.len()).sum();
    let checked = match compiled {
        Some(folder) => {
            let files: Vec<_> = modules
                .iter()
                .map(|module| (module.name.as_str(), module.code.as_str()))
                .collect();
            let package = Package::write(root, folder, &files)?;
            // What the modules depend on is compiled before, and not measured.
            package.write_modules(&[])?;
            cargo::check(&package, false)?;
            package.write_modules(&files)?;
            let (mistakes, time) = cargo::check(&package, false)?;
            let errors = if mistakes.is_empty() {
                String::new()
            } else {
                format!(", {} errors", mistakes.len())
            };
            format!("{:.1} s{errors}", time.as_secs_f64())
        }
        None => "not measured".to_owned(),
    };
    let (count, modules) = (operations.len(), modules.iter().count());
    writeln!(
        out,
        "| {count} | {modules} | {} kB | {time:.2} s | {peak} | {checked} |",
        code / 1000
    )?;
    Ok(())
}

/// The most memory that this process has had, in kilobytes; known on Linux only.
fn peak_memory() -> Option<u64> {
    // proc_pid_status(5).
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
