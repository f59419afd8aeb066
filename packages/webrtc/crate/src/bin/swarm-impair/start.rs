//! Leaves one running and returns.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::arguments::{Order, Outcome};

/// Returns when packets pass it, or says why they never will.
pub fn start(arguments: &[String]) -> Outcome {
    // Said here, where somebody listens.
    Order::read(arguments)?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .arg("run")
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal is not for it: it goes when it is told to, or when its owner is gone.
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut first = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut first).map_err(|error| error.to_string())?;
    }
    if first.trim_end() == "ready" {
        return Ok(());
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.trim_start_matches("swarm-impair: ").trim().to_string())
}
