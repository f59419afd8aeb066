//! Requests from memory what the next packets of a batch need: in steps, as each step follows
//! pointers that the one before has requested.

use super::Reactor;
use crate::datagrams::MAX_BATCH;

impl Reactor {
    /// Requests the peers with these keys, before the datagrams of a batch for them are handled.
    pub(super) fn look_ahead_received(&self, keys: &[usize]) {
        for &key in keys {
            if let Some(slot) = self.peers.get(key) {
                slot.peer.prefetch();
            }
        }
        let mut receivers = [None; MAX_BATCH];
        for ((index, &key), receiver) in keys.iter().enumerate().zip(&mut receivers) {
            if let Some(slot) = self.peers.get(key) {
                *receiver = slot.peer.tracks.prefetch_received(self.sockets.datagrams.bytes(index));
            }
        }
        for (&key, receiver) in keys.iter().zip(receivers) {
            if let (Some(slot), Some(index)) = (self.peers.get(key), receiver) {
                slot.peer.tracks.receivers[index].1.prefetch_counted();
            }
        }
    }

    /// Requests the peers with these keys, before their sockets are read: the tracks that have
    /// packets are not known yet.
    pub(super) fn look_ahead_ready(&self, keys: impl Iterator<Item = usize> + Clone) {
        let peers = keys.filter_map(|key| self.peers.get(key).map(|slot| &slot.peer));
        peers.clone().for_each(|peer| peer.prefetch());
        peers.clone().for_each(|peer| peer.tracks.prefetch_first_received());
        for peer in peers {
            if let Some((_, receiver)) = peer.tracks.receivers.first() {
                receiver.prefetch_counted();
            }
        }
    }

    /// Requests the peers with these keys, before their timers are handled; most of them send the
    /// next packet.
    pub(super) fn look_ahead_due(&self, keys: impl Iterator<Item = usize> + Clone) {
        let peers = keys.filter_map(|key| self.peers.get(key).map(|slot| &slot.peer));
        peers.clone().for_each(|peer| peer.prefetch());
        peers.clone().for_each(|peer| peer.tracks.prefetch_sent());
        for peer in peers {
            if let Some((_, sender)) = peer.tracks.senders.first() {
                sender.prefetch_history();
            }
        }
    }
}
