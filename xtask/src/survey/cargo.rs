//! What the compiler says of the crate, and what its program does.

use std::{
    error::Error,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::package::Package;

/// An error of the compiler.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    /// The module, unless it is in none.
    pub(crate) module: Option<String>,
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// Checks the crate, with clippy if that is wanted; gives the errors, and the time that it took.
pub(crate) fn check(package: &Package, clippy: bool) -> Result<(Vec<Mistake>, Duration), Box<dyn Error>> {
    compile(package, &package.folder, &[if clippy { "clippy" } else { "check" }])
}

/// Builds the program; gives the errors, and the time that it took.
pub(crate) fn build(package: &Package) -> Result<(Vec<Mistake>, Duration), Box<dyn Error>> {
    compile(package, &package.program(), &["build"])
}

fn compile(package: &Package, folder: &Path, arguments: &[&str]) -> Result<(Vec<Mistake>, Duration), Box<dyn Error>> {
    let start = Instant::now();
    let mut child = command(package, folder, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (out, errors) = (child.stdout.take(), child.stderr.take());
    let (out, errors) = (out.ok_or("cargo has no output")?, errors.ok_or("cargo has no output")?);
    let told = std::thread::spawn(move || BufReader::new(errors).lines().map_while(Result::ok).collect::<Vec<_>>());
    let mut mistakes = Vec::new();
    for line in BufReader::new(out).lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else {
            continue;
        };
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            mistakes.extend(mistake(&message["message"]));
        }
    }
    let status = child.wait()?;
    let told = told.join().unwrap_or_default();
    if !status.success() && mistakes.is_empty() {
        return Err(format!("cargo {} failed:\n{}", arguments.join(" "), told.join("\n")).into());
    }
    Ok((mistakes, start.elapsed()))
}

fn command(package: &Package, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(arguments)
        .args(["--offline", "--message-format=json"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", package.folder.join("target"))
        .env_remove("RUSTFLAGS");
    command
}

fn mistake(message: &Value) -> Option<Mistake> {
    let spans = message["spans"].as_array()?;
    let text = message["message"].as_str()?;
    // The sum of all.
    if spans.is_empty() && text.starts_with("aborting due to") {
        return None;
    }
    let primary = spans.iter().find(|span| span["is_primary"] == true);
    let file = primary.and_then(|span| span["file_name"].as_str()).unwrap_or_default();
    let module = Path::new(file)
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned());
    let code = message["code"]["code"]
        .as_str()
        .map(|code| format!("[{code}] "))
        .unwrap_or_default();
    Some(Mistake {
        module: module.filter(|name| name != "lib"),
        line: primary.and_then(|span| span["line_start"].as_u64()).unwrap_or_default() as usize,
        message: format!("{code}{text}"),
    })
}

/// Gives the program its lines and takes the lines that it answers.
pub(crate) fn run(package: &Package, lines: Vec<String>) -> Result<Vec<String>, Box<dyn Error>> {
    let program = package
        .folder
        .join("target/debug/pass")
        .with_extension(std::env::consts::EXE_EXTENSION);
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("the program has no input")?;
    let output = child.stdout.take().ok_or("the program has no output")?;
    let wanted = lines.len();
    let writing = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let answers: Vec<String> = BufReader::new(output).lines().collect::<Result<_, _>>()?;
    let status = child.wait()?;
    let _ = writing.join();
    if answers.len() != wanted {
        return Err(format!(
            "the program answered {} of {wanted} bodies and ended with {status}",
            answers.len()
        )
        .into());
    }
    Ok(answers)
}
