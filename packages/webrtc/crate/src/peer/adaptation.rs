//! Rate adaptation of what a peer sends: its layers follow the estimated bandwidth.

use rtcp_types::Twcc;

use super::media_out::{protect_and_send, remember_sender};
use super::tracks::RETRANSMISSION;
use super::{Context, Tracks, Transport};
use crate::clock;
use crate::congestion::layers::{Layer, TrackLayers, allocate, next_better};
use crate::congestion::{CongestionControl, Wanted};
use crate::sender::{SendContext, Sender};

/// A better quality is chosen at most this often, ns: each change costs a keyframe.
const BETTER_INTERVAL_NS: u64 = 1_000_000_000;

/// The state of rate adaptation.
pub struct Adaptation {
    /// The controller that estimates the bandwidth.
    pub congestion: CongestionControl,
    /// Times at which the layers were last looked at, and at which one was last improved, monotonic
    /// ns.
    looked_at: u64,
    improved_at: u64,
}

impl Adaptation {
    /// `now`: monotonic ns.
    pub fn new(now: u64) -> Self {
        Self { congestion: CongestionControl::new(now), looked_at: now, improved_at: 0 }
    }
}

impl Tracks {
    /// Returns true if the rate follows the remote's feedback: it needs transport-wide sequence
    /// numbers.
    pub(super) fn adapts(&self) -> bool {
        self.adaptation.is_some() && self.ids.transport_wide_cc != 0
    }

    /// The estimated bandwidth of the uplink, bit/s; 0 without rate adaptation.
    pub fn available_bps(&self) -> f64 {
        let adaptation = self.adaptation.as_ref().filter(|_| self.adapts());
        adaptation.map_or(0.0, |adaptation| adaptation.congestion.target_bps())
    }

    /// Time at which [`Tracks::adapt`] is to be called, monotonic ns.
    pub(super) fn adapt_at(&self) -> u64 {
        let adaptation = self.adaptation.as_ref().filter(|_| self.adapts() && self.playing);
        adaptation.map_or(u64::MAX, |adaptation| adaptation.congestion.due_at())
    }

    pub(super) fn on_feedback(&mut self, twcc: &Twcc<'_>, now: u64) {
        if let Some(adaptation) = &mut self.adaptation {
            adaptation.congestion.on_feedback(twcc, now);
        }
    }

    /// Chooses layers by the estimate, and sends padding.
    pub(super) fn adapt(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        if !self.adapts() {
            return;
        }
        let now = cx.now.mono;
        let Some(adaptation) = &mut self.adaptation else { return };
        if adaptation.congestion.on_timer(now) {
            choose_layers(adaptation, &mut self.senders, now);
        }
        self.send_padding(transport, cx);
    }

    fn send_padding(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        let Transport { srtp: Some(srtp), access, .. } = transport else { return };
        let Some(adaptation) = &mut self.adaptation else { return };
        let mut senders = self.senders.iter_mut().map(|(_, sender)| sender);
        let Some(sender) =
            senders.find(|s| s.is_active() && s.is_video() && s.config.rtx.is_some())
        else {
            return;
        };
        let congestion = &mut adaptation.congestion;
        let first = self.transport_sequence;
        while congestion.wants_padding(clock::monotonic_ns()) {
            let mut context = SendContext {
                ids: &self.ids,
                transport_sequence: &mut self.transport_sequence,
                congestion: Some(&mut *congestion),
            };
            let sent = sender.send_padding(&mut context, cx.scratch, |packet| {
                protect_and_send(access, srtp, packet)
            });
            if !sent {
                break;
            }
        }
        let next = self.transport_sequence;
        remember_sender(&mut self.transport_senders, first, next, RETRANSMISSION);
    }
}

/// The senders of each video track that are wanted, lowest layer first: those of an m-line, in the
/// order in which they were added.
fn wanted_tracks(senders: &[(u32, Sender)]) -> Vec<Vec<usize>> {
    let mut tracks: Vec<Vec<usize>> = Vec::new();
    for (index, (_, sender)) in senders.iter().enumerate() {
        if !sender.is_video() || !sender.is_wanted() {
            continue;
        }
        let same = |track: &&mut Vec<usize>| senders[track[0]].1.config.mid == sender.config.mid;
        match tracks.iter_mut().find(same) {
            Some(track) => track.push(index),
            None => tracks.push(vec![index]),
        }
    }
    tracks
}

fn choose_layers(adaptation: &mut Adaptation, senders: &mut [(u32, Sender)], now: u64) {
    let tracks = wanted_tracks(senders);
    let layers: Vec<TrackLayers> = tracks
        .iter()
        .map(|track| {
            let layer = |&index: &usize| {
                let sender = &senders[index].1;
                Layer {
                    rates: sender.rates(),
                    current: sender.chosen().filter(|_| sender.is_active()),
                }
            };
            track.iter().map(layer).collect()
        })
        .collect();
    let audio: f64 = senders
        .iter()
        .filter(|(_, sender)| !sender.is_video() && sender.is_active())
        .map(|(_, sender)| sender.rates()[0])
        .sum();
    let budget = adaptation.congestion.target_bps() - audio;
    let chosen = allocate(budget, &layers);
    let full: f64 =
        layers.iter().flatten().filter_map(|layer| layer.rates.last()).sum::<f64>() + audio;
    let padded = next_better(&layers, &chosen).map_or(0.0, |rate| rate + audio);
    adaptation.congestion.set_wanted(Wanted { full, padded }, now);

    let elapsed = now.saturating_sub(adaptation.looked_at);
    adaptation.looked_at = now;
    let may_improve = now.saturating_sub(adaptation.improved_at) >= BETTER_INTERVAL_NS;
    for (track, chosen) in tracks.iter().zip(&chosen) {
        let mut limited = false;
        for (&index, &choice) in track.iter().zip(chosen) {
            let sender = &mut senders[index].1;
            let best = sender.rates().len() - 1;
            if choice > sender.chosen() && !may_improve {
                limited = true;
                continue;
            }
            if choice > sender.chosen() {
                adaptation.improved_at = now;
            }
            limited |= choice != Some(best);
            sender.choose(choice, now);
        }
        for &index in track {
            let counters = &mut senders[index].1.counters;
            counters.wanted_ns += elapsed;
            counters.limited_ns += if limited { elapsed } else { 0 };
        }
    }
}
