//! Command line options.

use std::ffi::OsString;

use lexopt::prelude::*;

use crate::error::{ImpairError, Result};
use crate::impairment::LinkConfig;
use crate::owner::Owner;

/// The longest delay of any kind: ten minutes, µs.
const MAX_MICROS: f64 = 6e8;

/// Options of `start`.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// Name of the running process, unique in the network namespace.
    pub(crate) id: String,
    /// Table and chain of nftables that get the queue rule.
    pub(crate) table: String,
    pub(crate) chain: String,
    /// The process ends after this time, seconds.
    pub(crate) lifetime: Option<u64>,
    /// The process ends when its owner has.
    pub(crate) owner: Option<Owner>,
    pub(crate) link: LinkConfig,
    /// One link per direction for all flows, instead of one for each flow.
    pub(crate) shared: bool,
    pub(crate) seed: u64,
}

impl Options {
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let (mut id, mut table, mut chain) = (None, None, None);
        let mut options = Self {
            id: String::new(),
            table: String::new(),
            chain: String::new(),
            lifetime: None,
            owner: None,
            link: LinkConfig::UNIMPAIRED,
            shared: false,
            seed: 1,
        };
        let link = &mut options.link;
        while let Some(argument) = parser.next()? {
            match argument {
                Long("id") => id = Some(checked_id(parser.value()?.string()?)?),
                Long("table") => table = Some(parser.value()?.string()?),
                Long("chain") => chain = Some(parser.value()?.string()?),
                Long("lifetime") => options.lifetime = Some(parser.value()?.parse()?),
                Long("owner") => options.owner = Some(parser.value()?.parse()?),
                Long("loss") => link.loss = number(&mut parser, "--loss", 0.0, 1.0)?,
                Long("burst") => link.burst = number(&mut parser, "--burst", 1.0, 1e6)?,
                Long("delay-us") => link.delay = nanos(&mut parser, "--delay-us")?,
                Long("jitter-us") => link.jitter = nanos(&mut parser, "--jitter-us")?,
                Long("reorder") => link.reorder = number(&mut parser, "--reorder", 0.0, 0.5)?,
                Long("rate-bps") => {
                    link.rate = Some(number(&mut parser, "--rate-bps", 1.0, 1e12)?);
                }
                Long("queue-us") => link.queue = nanos(&mut parser, "--queue-us")?,
                Long("shared") => options.shared = true,
                Long("seed") => options.seed = parser.value()?.parse()?,
                _ => return Err(argument.unexpected().into()),
            }
        }
        options.id = id.ok_or(ImpairError::Missing("--id"))?;
        options.table = table.ok_or(ImpairError::Missing("--table"))?;
        options.chain = chain.ok_or(ImpairError::Missing("--chain"))?;
        Ok(options)
    }
}

/// The one option of `status` and `stop`.
pub(crate) fn parse_id(arguments: &[OsString]) -> Result<String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut id = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("id") => id = Some(checked_id(parser.value()?.string()?)?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    id.ok_or(ImpairError::Missing("--id"))
}

fn checked_id(text: String) -> Result<String> {
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if (1..=32).contains(&text.len()) && text.bytes().all(is_valid) {
        Ok(text)
    } else {
        Err(ImpairError::Id(text))
    }
}

fn number(parser: &mut lexopt::Parser, option: &'static str, min: f64, max: f64) -> Result<f64> {
    let value: f64 = parser.value()?.parse()?;
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(ImpairError::OutOfRange { option, min, max, value })
    }
}

/// Reads a number of microseconds, and returns it in nanoseconds.
fn nanos(parser: &mut lexopt::Parser, option: &'static str) -> Result<u64> {
    Ok((number(parser, option, 0.0, MAX_MICROS)? * 1e3) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        Options::parse(&text.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_link_is_read_in_the_units_of_links() {
        let text = "--id ab12 --table t --chain c --delay-us 1500 --loss 0.25 --rate-bps 8000 \
                    --shared --owner 12:34";
        let options = parse(text).unwrap();
        let (loss, rate) = (0.25, Some(8000.0));
        let expected = LinkConfig { delay: 1_500_000, loss, rate, ..LinkConfig::UNIMPAIRED };
        assert_eq!(options.link, expected);
        assert!(options.shared);
        assert_eq!(options.owner, Some(Owner { pid: 12, started_at: 34 }));
    }

    #[test]
    fn invalid_options_are_rejected() {
        let base = "--id a --table t --chain c";
        assert!(parse(base).is_ok());
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
            "--owner 5",
            "extra",
        ] {
            assert!(parse(&format!("{base} {bad}")).is_err(), "{bad}");
        }
        for bad in ["--table t --chain c", "--id a --chain c", "--id ../a --table t --chain c"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_limits() {
        let error = parse("--id a --table t --chain c --loss 1.5").unwrap_err();
        assert_eq!(error.to_string(), "--loss must be from 0 to 1, not 1.5");
    }
}
