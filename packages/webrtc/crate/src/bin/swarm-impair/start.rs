//! Starts the process that impairs packets, and returns once it does.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::error::{ImpairError, Result};
use crate::options::Options;
use crate::run::READY;

/// Returns when packets pass the process, or the reason why they do not.
pub(crate) fn start(arguments: &[OsString]) -> Result {
    // Errors in the options are reported before a process is started.
    Options::parse(arguments)?;
    let program = std::env::current_exe()?;
    let mut child = Command::new(program)
        .arg("run")
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal must not end it: it ends when it is stopped or its owner has ended.
        .process_group(0)
        .spawn()?;
    let mut first = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut first)?;
    }
    if first.trim_end() == READY {
        return Ok(());
    }
    let output = child.wait_with_output()?;
    let message = String::from_utf8_lossy(&output.stderr);
    Err(ImpairError::Child(message.trim_start_matches("swarm-impair: ").trim().to_string()))
}
