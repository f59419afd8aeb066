//! Fuzz targets for what reads the network. Each is a test: `cargo test` runs a thousand inputs or
//! two, `npm run fuzz` as many as fit into a minute.
//!
//! An input is a program: it picks packets of [`seeds`], changes them, or brings its own bytes. So
//! random inputs, too, come past the first length check.

pub(crate) mod input;
mod parsers;
pub(crate) use self::parsers::srtp_pair;
pub(crate) mod seeds;
