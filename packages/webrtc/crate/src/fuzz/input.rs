//! Reads an input of the fuzzer as choices. An input that is too short chooses zeros.

/// Rest of an input.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(crate) fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// Takes at most `len` bytes.
    fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Bytes of the input, or one of `seeds` with a few bytes changed, cut off or added.
    pub(crate) fn packet(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let choice = self.byte() as usize;
        let Some(seed) = choice.checked_sub(64).and_then(|n| seeds.get(n % seeds.len().max(1)))
        else {
            let len = self.byte() as usize;
            return self.bytes(len).to_vec();
        };
        let mut packet = seed.clone();
        let changes = self.byte();
        for _ in 0..changes & 7 {
            let (at, value) = (self.short() as usize, self.byte());
            if let Some(byte) = at.checked_rem(packet.len()).and_then(|at| packet.get_mut(at)) {
                *byte = value;
            }
        }
        if changes & 8 != 0 {
            packet.truncate(self.short() as usize % (packet.len() + 1));
        }
        if changes & 16 != 0 {
            let len = self.byte() as usize;
            packet.extend_from_slice(self.bytes(len));
        }
        packet
    }
}
