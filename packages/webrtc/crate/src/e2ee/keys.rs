//! Keys by their index.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;

/// Keys that a ring holds, as many as in LiveKit's SDKs.
const KEYS: usize = 16;
/// Bytes of an initialisation vector.
pub(super) const IV_LEN: usize = NONCE_LEN;

/// Reason why a ring cannot be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key that is not one of AES-128.
    #[error("a key has 16 bytes, not {0}")]
    Length(usize),
    /// An index beyond the ring.
    #[error("a key index is 0 to {max}, not {0}", max = KEYS - 1)]
    Index(u32),
    /// Nothing can be encrypted with a key that is not there.
    #[error("the key ring has no key with index {0}")]
    Missing(u32),
}

/// Keys of AES-128-GCM by their index, which every frame names.
#[derive(Default)]
pub struct KeyRing {
    keys: [Option<LessSafeKey>; KEYS],
}

impl std::fmt::Debug for KeyRing {
    /// Never the keys.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyRing")
    }
}

impl KeyRing {
    /// Sets the key with this index.
    pub fn set(&mut self, index: u32, key: &[u8]) -> Result<(), KeyError> {
        let place = self.keys.get_mut(index as usize).ok_or(KeyError::Index(index))?;
        let unbound =
            UnboundKey::new(&AES_128_GCM, key).map_err(|_| KeyError::Length(key.len()))?;
        *place = Some(LessSafeKey::new(unbound));
        Ok(())
    }

    /// The index, where the ring has a key with it.
    pub fn index(&self, index: u32) -> Result<u8, KeyError> {
        match self.keys.get(index as usize) {
            Some(Some(_)) => Ok(index as u8),
            Some(None) => Err(KeyError::Missing(index)),
            None => Err(KeyError::Index(index)),
        }
    }

    /// Encrypts `body` and appends the tag. Returns the initialisation vector, which is random:
    /// many streams share a key. `None` without a key with this index.
    pub(super) fn seal(&self, index: u8, clear: &[u8], body: &mut Vec<u8>) -> Option<[u8; IV_LEN]> {
        let key = self.keys.get(index as usize)?.as_ref()?;
        let mut iv = [0; IV_LEN];
        rand::fill(&mut iv).ok()?;
        let nonce = Nonce::assume_unique_for_key(iv);
        key.seal_in_place_append_tag(nonce, Aad::from(clear), body).ok()?;
        Some(iv)
    }

    /// Decrypts `body`, ciphertext and tag, in place. `None` without the key, and for what is not
    /// authentic.
    pub(super) fn open<'a>(
        &self,
        index: u8,
        iv: &[u8],
        clear: &[u8],
        body: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        let key = self.keys.get(index as usize)?.as_ref()?;
        let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
        key.open_in_place(nonce, Aad::from(clear), body).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_length_or_index_are_rejected() {
        let mut ring = KeyRing::default();
        assert_eq!(ring.set(0, &[1; 32]), Err(KeyError::Length(32)));
        assert_eq!(ring.set(16, &[1; 16]), Err(KeyError::Index(16)));
        assert_eq!(ring.set(15, &[1; 16]), Ok(()));
        assert_eq!(ring.index(15), Ok(15));
        assert_eq!(ring.index(3), Err(KeyError::Missing(3)));
        assert_eq!(ring.index(99), Err(KeyError::Index(99)));
    }

    #[test]
    fn keys_are_never_printed() {
        let mut ring = KeyRing::default();
        ring.set(0, &[0xab; 16]).unwrap();
        assert_eq!(format!("{ring:?}"), "KeyRing");
    }
}
