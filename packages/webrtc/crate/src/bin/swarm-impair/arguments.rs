//! What it is told.

use std::str::FromStr;

use crate::impairment::LinkConfig;
use crate::owner::Owner;

pub type Outcome<T = ()> = Result<T, String>;

#[derive(Debug, PartialEq)]
pub struct Order {
    pub id: String,
    pub table: String,
    pub chain: String,
    /// Ends by itself after so many seconds.
    pub lifetime: Option<u64>,
    /// Ends when this process has.
    pub owner: Option<Owner>,
    pub link: LinkConfig,
    /// All packets that go one way share a link, instead of one for each flow.
    pub shared: bool,
    pub seed: u64,
}

impl Order {
    pub fn read(arguments: &[String]) -> Outcome<Self> {
        let mut order = Self {
            id: String::new(),
            table: String::new(),
            chain: String::new(),
            lifetime: None,
            owner: None,
            link: LinkConfig::UNIMPAIRED,
            shared: false,
            seed: 1,
        };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            if name == "--shared" {
                order.shared = true;
                continue;
            }
            let value = rest.next().ok_or(format!("{name} needs a value"))?;
            match name.as_str() {
                "--id" => order.id = checked_id(value)?,
                "--table" => order.table.clone_from(value),
                "--chain" => order.chain.clone_from(value),
                "--lifetime" => order.lifetime = Some(number(name, value)?),
                "--owner" => order.owner = Some(Owner::read(value)?),
                "--loss" => order.link.loss = within(name, value, 0.0, 1.0)?,
                "--burst" => order.link.burst = within(name, value, 1.0, 1e6)?,
                "--delay-us" => order.link.delay = micros(name, value)?,
                "--jitter-us" => order.link.jitter = micros(name, value)?,
                "--reorder" => order.link.reorder = within(name, value, 0.0, 0.5)?,
                "--rate-bps" => order.link.rate = Some(within(name, value, 1.0, 1e12)?),
                "--queue-us" => order.link.queue = micros(name, value)?,
                "--seed" => order.seed = number(name, value)?,
                _ => return Err(format!("there is no {name}")),
            }
        }
        for (name, value) in
            [("--id", &order.id), ("--table", &order.table), ("--chain", &order.chain)]
        {
            if value.is_empty() {
                return Err(format!("{name} is missing"));
            }
        }
        Ok(order)
    }
}

/// Of a command that needs nothing else.
pub fn id(arguments: &[String]) -> Outcome<String> {
    match arguments {
        [name, value] if name == "--id" => checked_id(value),
        _ => Err("say --id ID, and nothing else".into()),
    }
}

fn checked_id(text: &str) -> Outcome<String> {
    let fine = (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if fine {
        Ok(text.into())
    } else {
        Err(format!("{text:?} is no id: use small letters and digits"))
    }
}

fn number<T: FromStr>(name: &str, text: &str) -> Outcome<T> {
    text.parse().map_err(|_| format!("{name} needs a number, not {text:?}"))
}

fn within(name: &str, text: &str, least: f64, most: f64) -> Outcome<f64> {
    let value: f64 = number(name, text)?;
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{name} must be from {least} to {most}, not {text}"))
    }
}

/// → ns, ten minutes at most.
fn micros(name: &str, text: &str) -> Outcome<u64> {
    Ok((within(name, text, 0.0, 6e8)? * 1e3) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Outcome<Order> {
        Order::read(&text.split(' ').map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_link_is_read_in_the_units_of_links() {
        let order = read("--id ab12 --table t --chain c --delay-us 1500 --loss 0.25 --rate-bps 8000 --shared --owner 12:34").unwrap();
        assert_eq!(
            order.link,
            LinkConfig {
                delay: 1_500_000,
                loss: 0.25,
                rate: Some(8000.0),
                ..LinkConfig::UNIMPAIRED
            }
        );
        assert!(order.shared);
        assert_eq!(order.owner, Some(Owner { pid: 12, started_at: 34 }));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let base = "--id a --table t --chain c";
        assert!(read(base).is_ok());
        for bad in [
            "--loss 1.1",
            "--loss NaN",
            "--loss x",
            "--reorder 0.6",
            "--burst 0.5",
            "--delay-us -1",
            "--rate-bps 0",
            "--what 1",
            "--loss",
        ] {
            assert!(read(&format!("{base} {bad}")).is_err(), "{bad}");
        }
        for bad in [
            "--table t --chain c",
            "--id a --chain c",
            "--id ../a --table t --chain c",
            "--id a --table t --chain c --owner 5",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
