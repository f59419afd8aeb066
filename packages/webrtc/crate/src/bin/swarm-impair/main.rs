//! Impairs packets of other processes. The kernel hands over the packets that a rule selects
//! (NFQUEUE); this program lets them pass later, in another order, or not at all. Addresses, ports
//! and connections stay as they are. When it ends, for whatever reason, packets pass unimpaired.
//!
//! ```text
//! swarm-impair start --id ID --table TABLE --chain CHAIN [--lifetime SECONDS] [--owner PID:START] [link]
//! swarm-impair status --id ID
//! swarm-impair stop --id ID
//! ```
//!
//! `start` returns when packets pass the program, and leaves a process running, one for each id and
//! network namespace. `status` and `stop` print its counters as JSON. The link:
//! `--loss 0.02 --burst 3 --delay-us 50000 --jitter-us 10000 --reorder 0.1 --rate-bps 1000000
//! --queue-us 200000 --shared --seed 1`

#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub)]

#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod error;
#[cfg(target_os = "linux")]
mod flows;
// The links of the packet pump, which uses more of them. Linking the library would link Node-API.
#[cfg(target_os = "linux")]
#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "../../impairment/mod.rs"]
mod impairment;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod options;
#[cfg(target_os = "linux")]
mod owner;
#[cfg(target_os = "linux")]
mod packet;
#[cfg(target_os = "linux")]
mod queue;
#[cfg(target_os = "linux")]
mod rule;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod start;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<_> = arguments.collect();
    let outcome = match command.to_str() {
        Some("start") => start::start(&rest),
        Some("run") => options::Options::parse(&rest).and_then(|options| run::run(&options)),
        Some(control::STATUS) => {
            options::parse_id(&rest).and_then(|id| control::request(&id, control::STATUS))
        }
        Some(control::STOP) => {
            options::parse_id(&rest).and_then(|id| control::request(&id, control::STOP))
        }
        _ => Err(error::ImpairError::Command),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("swarm-impair: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("swarm-impair: only Linux hands packets to a program");
    std::process::ExitCode::FAILURE
}
