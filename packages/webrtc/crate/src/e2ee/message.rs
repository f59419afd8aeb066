//! Encrypted data messages: `livekit.DataPacket` with an `EncryptedPacket`, written and read as
//! protobuf by hand, because the pump sends and receives them without JavaScript.

use std::sync::Arc;

use super::keys::{IV_LEN, KeyRing};

/// `DataPacket.encrypted_packet`.
const ENCRYPTED_PACKET: u64 = 18;
/// Fields of `EncryptedPacket`.
const ENCRYPTION_TYPE: u64 = 1;
const IV: u64 = 2;
const KEY_INDEX: u64 = 3;
const ENCRYPTED_VALUE: u64 = 4;
/// `Encryption.Type.GCM`.
const GCM: u64 = 1;
/// Wire types of protobuf.
const VARINT: u64 = 0;
const BYTES: u64 = 2;

/// Encryption of the messages of a flow.
pub struct MessageSeal {
    keys: Arc<KeyRing>,
    index: u8,
    /// The `DataPacket` without the encrypted packet, which is appended to it.
    envelope: Vec<u8>,
}

impl MessageSeal {
    /// The encryption with the key of this index, which the ring has.
    pub fn new(keys: Arc<KeyRing>, index: u8, envelope: Vec<u8>) -> Self {
        Self { keys, index, envelope }
    }

    /// Encrypts with the key of this index, which the ring has, from the next message on.
    pub fn set_key(&mut self, keys: Arc<KeyRing>, index: u8) {
        (self.keys, self.index) = (keys, index);
    }

    /// The message around an `EncryptedPacketPayload`. `None` without the key.
    pub fn seal(&self, content: &[u8]) -> Option<Vec<u8>> {
        let mut value = content.to_vec();
        let iv = self.keys.seal(self.index, &[], &mut value)?;
        let mut packet = Vec::with_capacity(value.len() + IV_LEN + 16);
        put(&mut packet, ENCRYPTION_TYPE << 3 | VARINT);
        put(&mut packet, GCM);
        put_bytes(&mut packet, IV, &iv);
        put(&mut packet, KEY_INDEX << 3 | VARINT);
        put(&mut packet, self.index.into());
        put_bytes(&mut packet, ENCRYPTED_VALUE, &value);
        let mut message = self.envelope.clone();
        put_bytes(&mut message, ENCRYPTED_PACKET, &packet);
        Some(message)
    }
}

/// Result of opening a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    /// A message that is not encrypted.
    Clear,
    /// The decrypted content.
    Content(Vec<u8>),
    /// A message that was encrypted with another key, or is damaged.
    Undecryptable,
}

/// Decrypts a message if it is encrypted.
pub fn open_message(message: &[u8], keys: &KeyRing) -> Opened {
    let Some(Value::Bytes(packet)) = field(message, ENCRYPTED_PACKET) else { return Opened::Clear };
    let index = match field(packet, KEY_INDEX) {
        None => 0,
        Some(Value::Number(index)) => index,
        Some(Value::Bytes(_)) => return Opened::Undecryptable,
    };
    let opened = || {
        let Some(Value::Bytes(iv)) = field(packet, IV) else { return None };
        let Some(Value::Bytes(value)) = field(packet, ENCRYPTED_VALUE) else { return None };
        let mut value = value.to_vec();
        let len = keys.open(u8::try_from(index).ok()?, iv, &[], &mut value)?.len();
        value.truncate(len);
        Some(value)
    };
    opened().map_or(Opened::Undecryptable, Opened::Content)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The last field with this number. `None` for none, and for what is not protobuf.
fn field(mut message: &[u8], wanted: u64) -> Option<Value<'_>> {
    let mut found = None;
    while !message.is_empty() {
        let key = take(&mut message)?;
        let value = match key & 7 {
            VARINT => Value::Number(take(&mut message)?),
            BYTES => {
                let len = usize::try_from(take(&mut message)?).ok()?;
                Value::Bytes(message.split_off(..len)?)
            }
            1 => Value::Bytes(message.split_off(..8)?),
            5 => Value::Bytes(message.split_off(..4)?),
            _ => return None,
        };
        if key >> 3 == wanted {
            found = Some(value);
        }
    }
    found
}

fn take(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *message.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn put_bytes(to: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put(to, field << 3 | BYTES);
    put(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(key: u8) -> Arc<KeyRing> {
        let mut ring = KeyRing::default();
        ring.set(2, &[key; 16]).unwrap();
        Arc::new(ring)
    }

    #[test]
    fn a_sealed_message_opens_with_the_same_key_only() {
        // `kind: LOSSY`.
        let seal = MessageSeal::new(ring(1), 2, vec![8, 1]);
        let content = vec![5; 300];
        let mut message = seal.seal(&content).unwrap();
        assert_eq!(message[..2], [8, 1]);
        assert_eq!(open_message(&message, &ring(1)), Opened::Content(content));
        assert_eq!(open_message(&message, &ring(3)), Opened::Undecryptable);
        assert_eq!(open_message(&message, &KeyRing::default()), Opened::Undecryptable);
        *message.last_mut().unwrap() ^= 1;
        assert_eq!(open_message(&message, &ring(1)), Opened::Undecryptable);
    }

    #[test]
    fn the_key_changes_with_the_next_message() {
        let mut seal = MessageSeal::new(ring(1), 2, Vec::new());
        let mut later = KeyRing::default();
        later.set(3, &[9; 16]).unwrap();
        let later = Arc::new(later);
        seal.set_key(later.clone(), 3);
        let message = seal.seal(b"content").unwrap();
        assert_eq!(open_message(&message, &later), Opened::Content(b"content".to_vec()));
        assert_eq!(open_message(&message, &ring(1)), Opened::Undecryptable);
    }

    #[test]
    fn other_messages_are_clear() {
        for message in [&[][..], &[8, 1], &[8, 1, 0x12, 2, 3, 4], b"hello", &[0xff; 20]] {
            assert_eq!(open_message(message, &ring(1)), Opened::Clear);
        }
    }
}
