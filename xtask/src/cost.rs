//! `cargo xtask cost`: what a program that depends on the SDK takes to build, and how large it is, against a program
//! that makes the same call with `reqwest` alone.

use std::{
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

const GOAL_RATIO: f64 = 1.15;
const GOAL_BYTES: i128 = 300_000;

/// What is compared: a program as a person writes it by hand, and one with the SDK.
const PROGRAMS: [Program; 2] = [
    Program {
        name: "bare",
        // A person who writes one call takes no crate for its two date-times.
        dependencies: r#"
reqwest = { version = "0.13", default-features = false, features = ["http2", "json", "rustls", "system-proxy"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#,
        source: r#"use std::{env, error::Error, time::Duration};

use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Edit<'a> {
    value: &'a str,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    success: bool,
    #[serde(default)]
    errors: Vec<Info>,
    result: Option<Enrollment>,
}

#[derive(Debug, Deserialize)]
struct Info {
    code: u64,
    message: String,
}

#[derive(Debug, Deserialize)]
struct Enrollment {
    value: String,
    next_scheduled_scan: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let token = env::var("CLOUDFLARE_API_TOKEN")?;
    let zone = env::args().nth(1).ok_or("which zone?")?;
    let client = reqwest::Client::builder()
        .user_agent("bare")
        .timeout(Duration::from_secs(60))
        .connect_timeout(Duration::from_secs(10))
        .redirect(Policy::none())
        .build()?;
    let url = format!("https://api.cloudflare.com/client/v4/zones/{zone}/settings/ssl_automatic_mode");
    let response = client.patch(url).bearer_auth(token).json(&Edit { value: "auto" }).send().await?;
    let status = response.status();
    let body = response.bytes().await?;
    let envelope: Envelope = serde_json::from_slice(&body)?;
    match envelope.result {
        Some(enrollment) if status.is_success() && envelope.success => {
            println!("{}: next scan {:?}", enrollment.value, enrollment.next_scheduled_scan);
            Ok(())
        }
        _ => {
            for error in &envelope.errors {
                eprintln!("{}: {}", error.code, error.message);
            }
            Err(format!("status {status}").into())
        }
    }
}
"#,
    },
    Program {
        name: "with-sdk",
        dependencies: r#"
cloudflare-sdk = { path = "SDK" }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#,
        source: r#"use std::{env, error::Error};

use cloudflare_sdk::{Client, types::AutomaticMode};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let zone = env::args().nth(1).ok_or("which zone?")?;
    match client.ssl_automatic_mode_edit().zone_id(zone).value(AutomaticMode::Auto).send().await {
        Ok(enrollment) => {
            println!("{}: next scan {:?}", enrollment.value, enrollment.next_scheduled_scan);
            Ok(())
        }
        Err(error) => {
            for info in error.errors() {
                eprintln!("{:?}: {}", info.code, info.message);
            }
            Err(error.into())
        }
    }
}
"#,
    },
];

struct Program {
    name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

/// What one clean build took, in seconds.
#[derive(Clone, Copy)]
struct Times {
    wall: f64,
    /// Of all compilers together, which is disturbed less by what else the machine does; known on Linux only.
    cpu: Option<f64>,
}

pub(crate) fn run(
    root: &Path,
    runs: usize,
    dev: bool,
    keep: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<ExitCode, Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let folder = match keep {
        Some(folder) => std::path::absolute(folder)?,
        None => temporary.path().to_owned(),
    };
    let mut folders = Vec::new();
    for program in &PROGRAMS {
        let folder = folder.join(program.name);
        write_program(root, &folder, program)?;
        // Downloading is no part of building.
        cargo(&folder, &["fetch"])?;
        folders.push(folder);
    }
    let [bare, sdk] = folders.as_slice() else {
        return Err("two programs are compared".into());
    };
    let release = ["build", "--release", "--offline"];
    compare_builds(bare, sdk, runs, "release", &release, out)?;
    compare_sizes(&binary(bare)?, &binary(sdk)?, out)?;
    if dev {
        compare_builds(bare, sdk, runs, "dev", &["build", "--offline"], out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_program(root: &Path, folder: &Path, program: &Program) -> Result<(), Box<dyn Error>> {
    let sdk = root.join("sdk").canonicalize()?;
    let sdk = sdk.to_str().ok_or("the path of the SDK is not UTF-8")?;
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]{}\n[workspace]\n",
        program.name,
        program.dependencies.replace("\"SDK\"", &format!("{sdk:?}"))
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), program.source)?;
    // So that both have the same versions of what they share.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// Builds both in turns, so that what else the machine does falls on both.
fn compare_builds(
    bare: &Path,
    sdk: &Path,
    runs: usize,
    profile: &str,
    build: &[&str],
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let (mut of_bare, mut of_sdk) = (Vec::new(), Vec::new());
    for run in 1..=runs {
        for (folder, times) in [(bare, &mut of_bare), (sdk, &mut of_sdk)] {
            let taken = clean_build(folder, build)?;
            let name = folder.file_name().unwrap_or_default().display();
            let cpu = taken
                .cpu
                .map(|cpu| format!(", CPU time {cpu:.1} s"))
                .unwrap_or_default();
            writeln!(out, "{profile} build {run} of {runs}, {name}: {:.1} s{cpu}", taken.wall)?;
            times.push(taken);
        }
    }
    let mut line = |what: &str, time: &dyn Fn(&Times) -> Option<f64>| -> std::io::Result<()> {
        let least = |times: &[Times]| times.iter().filter_map(time).min_by(f64::total_cmp);
        let (Some(bare), Some(sdk)) = (least(&of_bare), least(&of_sdk)) else {
            return writeln!(out, "clean {profile} build, {what}: not known on this platform");
        };
        let (ratio, verdict) = (sdk / bare, verdict(sdk / bare <= GOAL_RATIO));
        writeln!(
            out,
            "clean {profile} build, least {what} of {runs}: bare {bare:.1} s, with the SDK {sdk:.1} s, ratio {ratio:.3} \
             (goal: at most {GOAL_RATIO}, {verdict})"
        )
    };
    line("wall-clock time", &|times| Some(times.wall))?;
    line("CPU time", &|times| times.cpu)?;
    Ok(())
}

fn compare_sizes(bare: &Path, sdk: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut line = |what: &str, bare: u64, sdk: u64| {
        let (more, ratio) = (i128::from(sdk) - i128::from(bare), sdk as f64 / bare as f64);
        let verdict = verdict(more <= GOAL_BYTES);
        writeln!(
            out,
            "release binary, {what}: bare {bare} bytes, with the SDK {sdk} bytes, {more:+} bytes, ratio {ratio:.3} \
             (goal: at most {GOAL_BYTES:+}, {verdict})"
        )
    };
    line("as built", size(bare)?, size(sdk)?)?;
    match (stripped(bare)?, stripped(sdk)?) {
        (Some(bare), Some(sdk)) => line("stripped", bare, sdk)?,
        _ => writeln!(
            out,
            "release binary, stripped: not known, because there is no program `strip`"
        )?,
    }
    Ok(())
}

fn clean_build(folder: &Path, build: &[&str]) -> Result<Times, Box<dyn Error>> {
    let target = folder.join("target");
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    let (cpu, start) = (cpu_of_children(), Instant::now());
    cargo(folder, build)?;
    Ok(Times {
        wall: start.elapsed().as_secs_f64(),
        cpu: cpu_of_children().zip(cpu).map(|(after, before)| after - before),
    })
}

fn cargo(folder: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(arguments)
        .arg("--quiet")
        .current_dir(folder)
        // Neither a shared folder nor a cache of compilations would leave a build clean.
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTC_WRAPPER")
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("cargo {} failed in {}", arguments.join(" "), folder.display()).into())
}

/// The CPU time of all processes that this one started and that have ended, with theirs, in seconds.
fn cpu_of_children() -> Option<f64> {
    // proc_pid_stat(5): the name in parentheses may hold anything, then follow the members from the third on;
    // `cutime` and `cstime` are the 16th and the 17th, in hundredths of a second on every Linux in use.
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, members) = text.rsplit_once(')')?;
    let mut members = members.split_whitespace().skip(13).map(str::parse::<f64>);
    let (user, system) = (members.next()?.ok()?, members.next()?.ok()?);
    Some((user + system) / 100.0)
}

/// The release binary of the program in a folder.
fn binary(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let name = folder.file_name().ok_or("a program has a name")?;
    let path = folder.join("target/release").join(name);
    Ok(path.with_extension(std::env::consts::EXE_EXTENSION))
}

fn size(path: &Path) -> Result<u64, Box<dyn Error>> {
    Ok(fs::metadata(path)
        .map_err(|cause| format!("{}: {cause}", path.display()))?
        .len())
}

/// The size without symbols, if there is a program that takes them out.
fn stripped(binary: &Path) -> Result<Option<u64>, Box<dyn Error>> {
    let copy = binary.with_extension("stripped");
    match Command::new("strip").arg("-o").arg(&copy).arg(binary).status() {
        Ok(status) if status.success() => Ok(Some(size(&copy)?)),
        _ => Ok(None),
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}
