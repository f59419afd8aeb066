//! Fuzz targets for what reads the network. Each is a test: `cargo test` runs the corpus and a second
//! of random inputs, `npm run fuzz` runs them for longer, `npm run fuzz -- --guided` with coverage.
//!
//! An input is a program: it picks packets of [`seeds`], changes them, or brings its own bytes. So
//! random inputs, too, come past the first length check.

pub(crate) mod input;
mod parsers;
pub(crate) use self::parsers::srtp_pair;
pub(crate) mod seeds;
