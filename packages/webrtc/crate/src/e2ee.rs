//! End-to-end encryption as LiveKit's SDKs do it: frames and data messages under keys that the
//! server does not have. Clips are encrypted when they are loaded ([`crate::clip`]), so that
//! sending costs nothing more; received frames are decrypted to find out whether they could be
//! shown.

mod decryption;
pub(crate) mod frame;
mod keys;
mod message;

pub use self::decryption::{Decryption, Part};
pub(crate) use self::frame::SEALED_BYTES;
pub use self::keys::{KeyError, KeyRing};
pub use self::message::{MessageSeal, Opened, open_message};
