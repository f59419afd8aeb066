//! A bad network for somebody else's packets: the kernel hands over those that a rule names (NFQUEUE), this program lets them go later, in another order, or
//! not at all. Addresses, ports and connections stay what they are. When it ends, however it does, packets pass as if it had never been there.
//!
//! swarm-impair start --id ID --family ip --table T --chain C [--lifetime SECONDS] [--owner PID:START] [link]
//! swarm-impair look --id ID
//! swarm-impair end --id ID
//!
//! `start` returns when packets pass it; what is left is a process of that name, one for each id and network namespace. `look` and `end` print what it did
//! as JSON. The link: --loss 0.02 --burst 3 --delay-us 50000 --jitter-us 10000 --reorder 0.1 --rate-bps 1000000 --queue-us 200000 --shared --seed 1

#[cfg(target_os = "linux")]
mod arguments;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod flows;
// The very links of the packet pump; it uses more of them.
#[cfg(target_os = "linux")]
#[allow(dead_code, unused_imports)]
#[path = "../../impairment/mod.rs"]
mod impairment;
#[cfg(target_os = "linux")]
mod netlink;
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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("start") => start::start(&arguments[1..]),
        Some("run") => arguments::Order::read(&arguments[1..]).and_then(|order| run::run(&order)),
        Some("look") => {
            arguments::id(&arguments[1..]).and_then(|id| control::ask(&id, control::LOOK))
        }
        Some("end") => {
            arguments::id(&arguments[1..]).and_then(|id| control::ask(&id, control::END))
        }
        _ => Err("say start, look or end".into()),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("swarm-impair: {problem}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("swarm-impair: only Linux hands packets to a program");
    std::process::ExitCode::FAILURE
}
