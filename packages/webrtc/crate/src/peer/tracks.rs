//! The tracks of a peer: its senders and receivers, and which of them an SSRC belongs to.

use std::io;
use std::sync::Arc;

use super::{Adaptation, Context, PeerEvent, Transport};
use crate::bandwidth::BandwidthEstimator;
use crate::clip::{Clip, ClipError};
use crate::clock::{MS, Now};
use crate::prefetch::prefetch;
use crate::receiver::{Receiver, ReceiverConfig};
use crate::replay::ReplayWindow;
use crate::rtp::ExtensionIds;
use crate::sender::{Sender, SenderConfig};
use crate::transport_feedback::TransportFeedback;
use crate::voice::VoiceDetector;

/// Interval of sender and receiver reports: libwebrtc's for video.
const REPORT_INTERVAL_NS: u64 = 1000 * MS;
/// The first sender report follows this soon, so that receivers can synchronise.
const FIRST_REPORT_NS: u64 = 200 * MS;
/// Transport-wide sequence numbers whose sender is remembered.
pub(super) const TRANSPORT_HISTORY: usize = 2048;
/// Stands for a retransmission, which must not count for loss before recovery.
pub(super) const RETRANSMISSION: u8 = u8::MAX;

/// SSRCs beyond those that were signalled which a peer learns. A remote that uses more is broken.
const MAX_LEARNT_ROUTES: usize = 1024;

/// Receiver that an SSRC belongs to.
pub(super) struct Route {
    pub(super) ssrc: u32,
    pub(super) receiver: usize,
    /// True for the RTX stream of the receiver.
    pub(super) rtx: bool,
    /// Received indices, as many as the history of sequence numbers has.
    pub(super) replay: ReplayWindow<64>,
}

/// Senders, receivers, and what their RTCP needs.
pub struct Tracks {
    /// Senders with their handles.
    pub senders: Vec<(u32, Sender)>,
    /// Receivers with their handles.
    pub receivers: Vec<(u32, Receiver)>,
    /// Routes sorted by SSRC.
    pub(super) routes: Vec<Route>,
    pub(super) ids: ExtensionIds,
    pub(super) cname: String,
    /// SSRC of feedback while nothing is sent (RFC 3550 §6.4.2 requires one even then).
    pub(super) own_ssrc: u32,
    pub(super) bandwidth: BandwidthEstimator,
    pub(super) transport_feedback: TransportFeedback,
    /// The next transport-wide sequence number.
    pub(super) transport_sequence: u16,
    /// Index of the sender of each transport-wide sequence number, modulo its length.
    pub(super) transport_senders: Option<Box<[u8; TRANSPORT_HISTORY]>>,
    /// Rate adaptation, if the peer adapts.
    pub adaptation: Option<Box<Adaptation>>,
    /// True once the clips play: they start with the connection.
    pub(super) playing: bool,
    /// True once this side listens to a receiver, or plays a clip once.
    converses: bool,
    report_at: u64,
}

impl Tracks {
    pub(super) fn new(now: Now) -> Self {
        Self {
            senders: Vec::new(),
            receivers: Vec::new(),
            routes: Vec::new(),
            ids: ExtensionIds::default(),
            cname: "swarm".into(),
            own_ssrc: fastrand::u32(1..),
            bandwidth: BandwidthEstimator::new(now.mono),
            transport_feedback: TransportFeedback::default(),
            transport_sequence: fastrand::u16(..),
            transport_senders: None,
            adaptation: None,
            playing: false,
            converses: false,
            report_at: u64::MAX,
        }
    }

    pub(super) fn set_extensions(&mut self, ids: ExtensionIds) {
        if ids != self.ids {
            for (_, sender) in &mut self.senders {
                sender.on_extensions_changed();
            }
        }
        self.ids = ids;
        if ids.transport_wide_cc != 0 {
            self.transport_senders
                .get_or_insert_with(|| Box::new([RETRANSMISSION; TRANSPORT_HISTORY]));
        }
    }

    pub(super) fn add_sender(
        &mut self,
        handle: u32,
        config: SenderConfig,
        cname: String,
        clips: Vec<Arc<Clip>>,
        now: Now,
    ) {
        self.cname = cname;
        self.senders.push((handle, Sender::new(config, clips, now.mono)));
        self.report_at = self.report_at.min(now.mono + FIRST_REPORT_NS);
    }

    /// The sender with this handle.
    pub fn sender_mut(&mut self, handle: u32) -> Option<&mut Sender> {
        self.senders.iter_mut().find(|(known, _)| *known == handle).map(|(_, sender)| sender)
    }

    /// Removes a sender, and its counters with it.
    pub fn remove_sender(&mut self, handle: u32) {
        self.senders.retain(|(known, _)| *known != handle);
    }

    pub(super) fn add_receiver(&mut self, handle: u32, config: ReceiverConfig, now: Now) {
        self.receivers.push((handle, Receiver::new(config)));
        self.reset_routes();
        // Spread over the interval, or many peers would report in step.
        self.report_at = self.report_at.min(now.mono + fastrand::u64(0..REPORT_INTERVAL_NS));
    }

    /// The receiver with this handle.
    pub fn receiver_mut(&mut self, handle: u32) -> Option<&mut Receiver> {
        self.receivers.iter_mut().find(|(known, _)| *known == handle).map(|(_, receiver)| receiver)
    }

    /// Detects voice in what a receiver receives from now on.
    pub fn listen(&mut self, handle: u32) {
        self.converses = true;
        if let Some(receiver) = self.receiver_mut(handle).filter(|receiver| !receiver.config.video)
        {
            receiver.voice = VoiceDetector::new().map(Box::new);
        }
    }

    /// Plays a clip once on a sender, then what it plays now.
    pub fn play_once(&mut self, handle: u32, clip: Arc<Clip>) -> Result<(), ClipError> {
        self.converses = true;
        self.sender_mut(handle).map_or(Ok(()), |sender| sender.play_once(clip))
    }

    /// Reports voice that has ended, of receivers, and that was sent, of senders.
    pub(super) fn report_voices(&mut self, now: Now, events: &mut Vec<PeerEvent>) {
        if !self.converses {
            return;
        }
        for (handle, receiver) in &mut self.receivers {
            let ended = receiver.voice.as_mut().and_then(|voice| voice.on_timer(now.mono));
            events.extend(ended.map(|edge| PeerEvent::Voice { receiver: *handle, edge }));
        }
        for (handle, sender) in &mut self.senders {
            let spoken = sender.take_spoken();
            events.extend(spoken.map(|spoken| PeerEvent::Spoken { sender: *handle, spoken }));
        }
    }

    /// Removes a receiver, and its counters with it.
    pub fn remove_receiver(&mut self, handle: u32) {
        self.receivers.retain(|(known, _)| *known != handle);
        self.reset_routes();
    }

    /// Bandwidth that REMB reports to the remote, bit/s; 0 where REMB was not negotiated.
    pub fn remb_bps(&self) -> u64 {
        let negotiated = self.receivers.iter().any(|(_, receiver)| receiver.config.remb);
        if negotiated { self.bandwidth.current_bps() } else { 0 }
    }

    /// Time at which media, feedback or a report is to be sent next, monotonic ns.
    pub(super) fn next_at(&self) -> u64 {
        let mut at = self.report_at.min(self.transport_feedback.due_at()).min(self.adapt_at());
        for (_, sender) in &self.senders {
            at = at.min(sender.due_ns());
        }
        for (_, receiver) in &self.receivers {
            at = at.min(receiver.feedback_at());
        }
        at
    }

    /// Counts a packet that the kernel refused, if it was one of these senders', and returns
    /// whether it was.
    pub fn on_send_rejected(&mut self, ssrc: u32, error: &io::Error) -> bool {
        self.senders.iter_mut().any(|(_, sender)| sender.on_send_rejected(ssrc, error))
    }

    pub(super) fn send_due_reports(&mut self, transport: &mut Transport, cx: &mut Context<'_>) {
        if self.report_at <= cx.now.mono {
            self.report_at = cx.now.mono + REPORT_INTERVAL_NS;
            self.send_reports(transport, cx);
        }
    }

    /// Requests the receiver of a datagram, if it is RTP, and returns its index. Some time after
    /// [`super::Peer::prefetch`].
    pub fn prefetch_received(&self, datagram: &[u8]) -> Option<usize> {
        let [128..=191, 0..=191 | 224.., _, _, _, _, _, _, a, b, c, d, ..] = *datagram else {
            return None;
        };
        let route = &self.routes[self.find_route(u32::from_be_bytes([a, b, c, d])).ok()?];
        self.prefetch_route(route);
        Some(route.receiver)
    }

    /// Requests the same from memory for a datagram that has not been read.
    pub fn prefetch_first_received(&self) {
        if let Some(route) = self.routes.first() {
            self.prefetch_route(route);
        }
    }

    fn prefetch_route(&self, route: &Route) {
        route.replay.prefetch();
        prefetch::<{ usize::MAX }, _>(&self.receivers[route.receiver]);
    }

    /// Requests what a timer looks at: the sender that is probably next, and feedback.
    pub fn prefetch_sent(&self) {
        if let Some(sender) = self.senders.first() {
            prefetch::<{ usize::MAX }, _>(sender);
        }
        if let Some((_, receiver)) = self.receivers.first() {
            receiver.prefetch_feedback();
        }
    }

    /// Index at which the route of an SSRC is, or belongs.
    pub(super) fn find_route(&self, ssrc: u32) -> Result<usize, usize> {
        self.routes.binary_search_by_key(&ssrc, |route| route.ssrc)
    }

    /// Routes an SSRC that an authentic packet named by its mid, and returns where. `None`: too
    /// many were learnt.
    pub(super) fn learn_route(&mut self, ssrc: u32, receiver: usize, rtx: bool) -> Option<usize> {
        let Err(place) = self.find_route(ssrc) else { return None };
        if self.routes.len() >= 2 * self.receivers.len() + MAX_LEARNT_ROUTES {
            return None;
        }
        let config = &mut self.receivers[receiver].1.config;
        if rtx {
            config.rtx_ssrc = Some(ssrc);
        } else {
            config.ssrc = Some(ssrc);
        }
        self.routes.insert(place, Route { ssrc, receiver, rtx, replay: ReplayWindow::default() });
        Some(place)
    }

    /// Routes the SSRCs that were signalled or learnt.
    fn reset_routes(&mut self) {
        let mut known = std::mem::take(&mut self.routes);
        for (receiver, (_, Receiver { config, .. })) in self.receivers.iter().enumerate() {
            for (ssrc, rtx) in [(config.ssrc, false), (config.rtx_ssrc, true)] {
                let Some(ssrc) = ssrc else { continue };
                // What was received of the stream stays known: its keys are the same.
                let replay = known
                    .iter_mut()
                    .find(|route| route.ssrc == ssrc)
                    .map(|route| std::mem::take(&mut route.replay))
                    .unwrap_or_default();
                self.routes.push(Route { ssrc, receiver, rtx, replay });
            }
        }
        self.routes.sort_unstable_by_key(|route| route.ssrc);
    }
}
