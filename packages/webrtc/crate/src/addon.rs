//! The surface that JavaScript sees. Every call checks its arguments: a mistake in TypeScript must
//! not crash a worker.

pub mod shapes;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{Either, Function, Null, Uint8Array};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use str0m::IceCreds;

use self::shapes::*;
use crate::clip::Clip;
use crate::clock::{self, Now};
use crate::cohorts::{self, Cohort};
use crate::data_flow::{self, DataFlow};
use crate::e2ee::{Decryption, KeyRing, MessageSeal};
use crate::error::{self, ErrorCode, PumpError};
use crate::impairment::Impairment;
use crate::path::Way;
use crate::peer::{Adaptation, Peer, Remote};
use crate::pump::{MAX_TICK, Threads};
use crate::reactor::{Reactor, TimedEvent, TurnServer};
use crate::receiver::{self, ReceiverConfig};
use crate::sender::{self, SenderConfig};
use crate::sketch;
use crate::tls::Trust;
use crate::voice;

/// The most lower clips of one sender.
const MAX_LOWER_CLIPS: usize = 8;

type Result<T> = napi::Result<T, ErrorCode>;

const DEFAULT_TICK_MICROS: u32 = 4_000;

/// Cohorts are numbered from 0 to one less than this.
#[napi]
pub const COHORTS: u32 = cohorts::COHORTS;

/// Bytes that the template of a data flow must leave free for the stamp.
#[napi]
pub const DATA_STAMP_BYTES: u32 = data_flow::STAMP_LEN as u32;

/// A packet that leaves this much after its scheduled time is late, ms.
#[napi]
pub const LATE_SEND_MS: u32 = (sender::LATE_SEND_NS / clock::MS) as u32;

/// Without a media packet for longer than this, media is interrupted, ms.
#[napi]
pub const INTERRUPTION_MS: u32 = (receiver::INTERRUPTION_NS / clock::MS) as u32;

/// A pause of voice that is shorter belongs to the voice, ms.
#[napi]
pub const VOICE_PAUSE_MS: u32 = (voice::PAUSE_NS / clock::MS) as u32;

/// γ of the latency sketches: bin k holds (γ^(k-1), γ^k].
#[napi]
pub const SKETCH_GAMMA: f64 = sketch::GAMMA;

/// Names of the columns of the tables that `sampleTables` returns.
#[napi]
pub fn sample_columns() -> SampleColumns {
    SampleColumns::read()
}

/// Profile of Cargo that this engine is compiled in: `release`, or `checkout`, which costs more CPU
/// per join.
#[napi]
pub fn engine_profile() -> &'static str {
    env!("SWARM_CARGO_PROFILE")
}

/// The pump: threads that drive peer connections. Errors are thrown as `Error` with a `code` of
/// `PumpErrorCode`.
#[napi]
pub struct NativePump {
    threads: Threads,
    /// Clips by their handles; `None` for a removed one.
    clips: Vec<Option<Arc<Clip>>>,
    key_rings: Vec<Arc<KeyRing>>,
    trust: Trust,
}

#[napi]
impl NativePump {
    /// Starts the threads. `onEvents` is called on the main thread, in batches, and does not keep
    /// the process alive.
    #[napi(constructor)]
    pub fn new(
        options: PumpOptions,
        #[napi(ts_arg_type = "(events: PumpEvent[]) => void")] on_events: Function<
            '_,
            Vec<PumpEvent>,
            (),
        >,
    ) -> Result<Self> {
        let tick = options
            .tick_micros
            .unwrap_or(DEFAULT_TICK_MICROS)
            .clamp(500, MAX_TICK.as_micros() as u32);
        if let Some(offset) = options.clock_offset_ms.filter(|offset| offset.is_finite()) {
            clock::set_epoch((offset * 1e6) as u64);
        }
        let on_events = on_events
            .build_threadsafe_function::<Vec<PumpEvent>>()
            .weak::<true>()
            .build()
            .map_err(|error| napi::Error::new(ErrorCode::SystemResource, error.reason.clone()))?;
        let deliver = move |events: Vec<TimedEvent>| {
            let events = events.into_iter();
            let events = events.map(|(peer, wall, event)| PumpEvent::new(peer, wall, event));
            // Fails only while the process exits.
            let _ = on_events.call(events.collect(), ThreadsafeFunctionCallMode::NonBlocking);
        };
        let threads = Threads::start(
            options.threads,
            Duration::from_micros(tick.into()),
            !options.own_sockets.unwrap_or(false),
            Arc::new(deliver),
        )?;
        Ok(Self { threads, clips: Vec::new(), key_rings: Vec::new(), trust: trust_from("")? })
    }

    /// Certificates that TLS connections to TURN servers trust, in PEM. Without a call: none.
    #[napi]
    pub fn set_trust(&mut self, pem: String) -> Result<()> {
        self.trust = trust_from(&pem)?;
        Ok(())
    }

    /// Copies a clip and returns its handle.
    #[napi]
    pub fn add_clip(&mut self, clip: ClipData) -> Result<u32> {
        let ClipData { codec, clock_rate, payload, packets, frames, audio_levels, .. } = clip;
        let clip = Clip::new(codec, clock_rate, payload.to_vec(), &packets, &frames, &audio_levels)
            .map_err(PumpError::from)?;
        Ok(self.keep_clip(clip))
    }

    /// Keeps keys of end-to-end encryption, and returns the handle of the ring.
    #[napi]
    pub fn add_key_ring(&mut self, keys: Vec<FrameKey>) -> Result<u32> {
        let mut ring = KeyRing::default();
        for FrameKey { index, key } in keys {
            ring.set(index, &key).map_err(PumpError::from)?;
        }
        self.key_rings.push(Arc::new(ring));
        Ok(self.key_rings.len() as u32 - 1)
    }

    /// Encrypts a clip, and returns the handle of the result: a clip of its own. It takes as long
    /// as AES-GCM over all of its bytes, some milliseconds.
    #[napi]
    pub fn encrypt_clip(&mut self, clip: u32, key_ring: u32, key_index: u32) -> Result<u32> {
        let ring = self.key_ring(key_ring)?;
        let index = ring.index(key_index).map_err(PumpError::from)?;
        let sealed = self.clip(clip)?.sealed(&ring, index).map_err(PumpError::from)?;
        Ok(self.keep_clip(sealed))
    }

    /// Forgets a clip. Senders that play it keep it; its handle is unknown from now on.
    #[napi]
    pub fn remove_clip(&mut self, clip: u32) -> Result<()> {
        self.clip(clip)?;
        self.clips[clip as usize] = None;
        Ok(())
    }

    /// Generates ICE credentials and binds a UDP socket on `localAddress` (an IP address); null:
    /// none, for paths that follow (`connectStream`, `addRelay`). Throws `system_resource` when no
    /// file descriptor or port is left.
    #[napi]
    pub fn create_peer(
        &mut self,
        local_address: Either<String, Null>,
        options: Option<PeerOptions>,
    ) -> Result<LocalTransport> {
        let local = match local_address {
            Either::A(address) => Some(parse_address(address)?),
            Either::B(Null) => None,
        };
        let PeerOptions { data_cohort, deliver_messages, impairment, rate_adaptation } =
            options.unwrap_or_default();
        let data_cohort = data_cohort.map(Cohort::try_from).transpose()?;
        let impairment = impairment.map(impairment_from).transpose()?.flatten();
        let mut reactor = self.threads.next_reactor()?;
        let (handle, peer) = match local {
            Some(local) => reactor.create_peer(local)?,
            None => reactor.create_peer_without_socket()?,
        };
        peer.data.cohort = data_cohort;
        peer.data.delivers = deliver_messages.unwrap_or(false);
        peer.transport.access.set_impairment(impairment);
        if rate_adaptation.unwrap_or(false) {
            peer.tracks.adaptation = Some(Box::new(Adaptation::new(Now::read().mono)));
        }
        let credentials = peer.transport.credentials();
        Ok(LocalTransport {
            peer: handle,
            ufrag: credentials.ufrag,
            pwd: credentials.pass,
            fingerprint: peer.transport.fingerprint(),
            candidate: peer.transport.candidate().unwrap_or_default().to_owned(),
        })
    }

    /// Binds another UDP socket for a peer, on an address of the other address family, and returns
    /// its candidate; ICE selects the pair. At any time: a remote without the candidate learns the
    /// address from a check. Throws `system_resource` as `createPeer` does.
    #[napi]
    pub fn add_local_address(&self, peer: u32, local_address: String) -> Result<String> {
        let local = parse_address(local_address)?;
        Ok(self.threads.owner(peer)?.add_local_address(peer, local)?)
    }

    /// Moves a peer to a new socket on `localAddress`, of an address family that it has a socket
    /// of, as a device whose network changed, and returns the new candidate. Restart ICE next.
    #[napi]
    pub fn change_address(&self, peer: u32, local_address: String) -> Result<String> {
        let local = parse_address(local_address)?;
        Ok(self.threads.owner(peer)?.change_address(peer, local)?)
    }

    /// Gives up the TCP connections and allocations of a peer, as a device whose network changed.
    /// Restart ICE next, and begin new ones.
    #[napi]
    pub fn abandon_paths(&self, peer: u32) -> Result<()> {
        self.with_peer(peer, |peer, now| {
            peer.abandon_paths(now);
            Ok(())
        })
    }

    /// Connects a peer by TCP to `remote` (`ADDRESS:PORT` of a passive candidate, RFC 6544). At any
    /// time; `path_failed` follows where it fails. Throws `system_resource` where this host does
    /// not even try.
    #[napi]
    pub fn connect_stream(&self, peer: u32, remote: String) -> Result<()> {
        let remote = parse_remote(remote)?;
        Ok(self.threads.owner(peer)?.connect_stream(peer, remote)?)
    }

    /// Allocates an address for a peer on a TURN server, and offers it to ICE. An allocation that
    /// it already has there ends once media uses another. At any time; `path_failed` follows where
    /// it fails. Throws `system_resource` where this host does not even try.
    #[napi]
    pub fn add_relay(&self, peer: u32, server: TurnServerOptions) -> Result<()> {
        let TurnServerOptions { address, path, domain, username, password } = server;
        let address = parse_remote(address)?;
        let server = TurnServer { address, kind: path, domain, username, password };
        Ok(self.threads.owner(peer)?.add_relay(peer, &server, &self.trust)?)
    }

    /// The pair that ICE has selected, if any.
    #[napi]
    pub fn selected_pair(&self, peer: u32) -> Result<Option<SelectedPair>> {
        self.with_peer(peer, |peer, _| Ok(peer.transport.selected_pair().map(Into::into)))
    }

    /// Packets that a peer sent beside media, and those that the kernel refused. For a peer that
    /// does not connect, they show whether its own host prevents it.
    #[napi]
    pub fn control_sends(&self, peer: u32) -> Result<Vec<ControlSends>> {
        self.with_peer(peer, |peer, _| {
            Ok(peer.transport.sends.families().map(Into::into).collect())
        })
    }

    /// Starts ICE and DTLS with the remote; after `restartIce`, takes its new credentials.
    #[napi]
    pub fn set_remote(&self, peer: u32, remote: RemoteTransport) -> Result<()> {
        let RemoteTransport { fingerprint, dtls_role, controlling, data_channels, .. } = remote;
        let remote = Remote {
            credentials: IceCreds { ufrag: remote.ufrag, pass: remote.pwd },
            fingerprint: fingerprint.parse().map_err(|_| PumpError::Fingerprint(fingerprint))?,
            dtls_client: dtls_role == DtlsRole::Client,
            controlling,
            data_channels,
        };
        self.with_peer(peer, |peer, now| peer.set_remote(remote, now))
    }

    /// Takes a `candidate:…` line of SDP or trickle ICE. Ignored are candidates without an IP
    /// address, and of TCP those that are not passive. Those that the peer has no socket for wait
    /// for `addLocalAddress`, `connectStream` or `addRelay`.
    #[napi]
    pub fn add_remote_candidate(&self, peer: u32, candidate: String) -> Result<()> {
        self.with_peer(peer, |peer, now| {
            peer.add_remote_candidate(&candidate, now);
            Ok(())
        })
    }

    /// New credentials for an ICE restart (RFC 8445 §9); call `setRemote` with the remote's new
    /// ones afterwards.
    #[napi]
    pub fn restart_ice(&self, peer: u32) -> Result<IceCredentials> {
        let credentials = self.with_peer(peer, |peer, _| Ok(peer.restart_ice()))?;
        Ok(IceCredentials { ufrag: credentials.ufrag, pwd: credentials.pass })
    }

    /// Header extensions of the peer connection.
    #[napi]
    pub fn set_extensions(&self, peer: u32, ids: ExtensionIds) -> Result<()> {
        let ids = ids.into();
        self.with_peer(peer, |peer, _| {
            peer.set_extensions(ids);
            Ok(())
        })
    }

    /// Opens a data channel; `channel_open` follows as an event.
    #[napi]
    pub fn create_data_channel(&self, options: DataChannelOptions) -> Result<()> {
        let DataChannelOptions { peer, label, ordered, max_retransmits } = options;
        let max_retransmits = match max_retransmits {
            Either::A(retransmits) => Some(u16::try_from(retransmits).unwrap_or(u16::MAX)),
            Either::B(Null) => None,
        };
        self.with_peer(peer, |peer, now| {
            peer.create_channel(&label, ordered, max_retransmits, now);
            Ok(())
        })
    }

    /// Sends one message. Throws `channel_not_open` or `channel_full`.
    #[napi]
    pub fn send_data(&self, peer: u32, label: String, message: Uint8Array) -> Result<()> {
        self.with_peer(peer, |peer, now| peer.send_data(&label, &message, now))
    }

    /// Starts a flow of data messages.
    #[napi]
    pub fn start_data_flow(&self, options: DataFlowOptions) -> Result<()> {
        let DataFlowOptions { peer, label, template, stamp_offset, interval_ms, flow, encryption } =
            options;
        let interval_ns = (interval_ms * 1e6).max(0.0) as u64;
        let now = clock::monotonic_ns();
        let (template, stamp_at) = (template.to_vec(), stamp_offset as usize);
        let mut flow = DataFlow::new(label, flow, template, stamp_at, interval_ns, now)?;
        if let Some(DataEncryption { key_ring, key_index, envelope }) = encryption {
            let ring = self.key_ring(key_ring)?;
            let index = ring.index(key_index).map_err(PumpError::from)?;
            flow = flow.sealed(MessageSeal::new(ring, index, envelope.to_vec()));
        }
        self.with_peer(peer, |peer, _| {
            peer.add_flow(flow);
            Ok(())
        })
    }

    /// The keys with which a peer decrypts data messages.
    #[napi]
    pub fn set_data_keys(&self, peer: u32, key_ring: u32) -> Result<()> {
        let ring = self.key_ring(key_ring)?;
        self.with_peer(peer, |peer, _| {
            peer.data.keys = Some(ring);
            Ok(())
        })
    }

    /// Encrypts the encrypted flows of a peer with another key, from the next message on.
    #[napi]
    pub fn set_data_flow_key(&self, peer: u32, key_ring: u32, key_index: u32) -> Result<()> {
        let ring = self.key_ring(key_ring)?;
        let index = ring.index(key_index).map_err(PumpError::from)?;
        self.with_peer(peer, |peer, _| {
            peer.data.set_flow_key(&ring, index);
            Ok(())
        })
    }

    /// Adds a sender and returns its handle.
    #[napi]
    pub fn add_sender(&self, options: SenderOptions) -> Result<u32> {
        let mut clips = Vec::new();
        for clip in options.lower_clips.unwrap_or_default().into_iter().take(MAX_LOWER_CLIPS) {
            clips.push(self.clip(clip)?);
        }
        clips.push(self.clip(options.clip)?);
        let config = SenderConfig {
            mid: options.mid.into_bytes(),
            rid: options.rid.map(String::into_bytes),
            ssrc: options.ssrc,
            payload_type: payload_type(options.payload_type)?,
            rtx: match (options.rtx_ssrc, options.rtx_payload_type) {
                (Some(ssrc), Some(rtx)) => Some((ssrc, payload_type(rtx)?)),
                _ => None,
            },
            extensions: options.extensions.map(Into::into),
            frame_metadata: options.frame_metadata.unwrap_or(false),
            active: options.active,
        };
        let mut reactor = self.threads.owner(options.peer)?;
        Ok(reactor.add_sender(options.peer, config, options.cname, clips)?)
    }

    /// Pauses or resumes a sender.
    #[napi]
    pub fn set_sender_active(&self, sender: u32, active: bool) -> Result<()> {
        self.with_stream(sender, |peer, now| {
            if let Some(found) = peer.tracks.sender_mut(sender) {
                found.set_active(active, now.mono);
            }
        })
    }

    /// A sender plays another clip, of the same codec, from its next frame on.
    #[napi]
    pub fn set_sender_clip(&self, sender: u32, clip: u32) -> Result<()> {
        let clip = self.clip(clip)?;
        let mut changed = Ok(());
        self.with_stream(sender, |peer, _| {
            if let Some(found) = peer.tracks.sender_mut(sender) {
                changed = found.set_clip(clip);
            }
        })?;
        Ok(changed.map_err(PumpError::from)?)
    }

    /// A sender plays another clip of the same codec once, from its next frame on, and then the
    /// current one again; `spoken` follows as an event. Throws `invalid_argument` for a clip without
    /// voice.
    #[napi]
    pub fn play_once(&self, sender: u32, clip: u32) -> Result<()> {
        let clip = self.clip(clip)?;
        let mut changed = Ok(());
        self.with_stream(sender, |peer, _| changed = peer.tracks.play_once(sender, clip))?;
        Ok(changed.map_err(PumpError::from)?)
    }

    /// Detects voice in the audio that a receiver receives from now on: `voice_began` and
    /// `voice_ended` follow as events. Each packet is decoded.
    #[napi]
    pub fn listen(&self, receiver: u32) -> Result<()> {
        self.with_stream(receiver, |peer, _| peer.tracks.listen(receiver))
    }

    /// Adds a receiver and returns its handle.
    #[napi]
    pub fn add_receiver(&self, options: ReceiverOptions) -> Result<u32> {
        let payload = |payload: ReceiverPayload| -> error::Result<receiver::ReceiverPayload> {
            Ok(receiver::ReceiverPayload {
                payload_type: payload_type(payload.payload_type)?,
                codec: payload.codec,
                clock_rate: payload.clock_rate.max(1),
                rtx_payload_type: payload.rtx_payload_type.map(payload_type).transpose()?,
            })
        };
        let config = ReceiverConfig {
            video: options.kind == MediaKind::Video,
            mid: options.mid.into_bytes(),
            ssrc: options.ssrc,
            rtx_ssrc: options.rtx_ssrc,
            payloads: options.payloads.into_iter().map(payload).collect::<error::Result<_>>()?,
            nack: options.nack,
            pli: options.pli,
            remb: options.remb,
            cohort: options.cohort.map(Cohort::try_from).transpose()?,
        };
        Ok(self.threads.owner(options.peer)?.add_receiver(options.peer, config)?)
    }

    /// Mutes a receiver, or unmutes it: while it is muted, silence is not an interruption.
    #[napi]
    pub fn set_receiver_muted(&self, receiver: u32, muted: bool) -> Result<()> {
        self.with_stream(receiver, |peer, now| {
            if let Some(found) = peer.tracks.receiver_mut(receiver) {
                found.set_muted(muted, now.wall);
            }
        })
    }

    /// Decrypts the frames of a receiver with these keys from now on, and counts them.
    /// `serverTrailer` is at the end of frames that the server inserts, which are not encrypted.
    #[napi]
    pub fn set_receiver_keys(
        &self,
        receiver: u32,
        key_ring: u32,
        server_trailer: Uint8Array,
    ) -> Result<()> {
        let ring = self.key_ring(key_ring)?;
        self.with_stream(receiver, |peer, _| {
            let Some(found) = peer.tracks.receiver_mut(receiver) else { return };
            match &mut found.decryption {
                Some(decryption) => decryption.set_keys(ring),
                none => *none = Some(Box::new(Decryption::new(ring, server_trailer.to_vec()))),
            }
        })
    }

    /// Removes a receiver. Its counters leave the samples: read them first.
    #[napi]
    pub fn remove_receiver(&self, receiver: u32) -> Result<()> {
        self.change(receiver, |reactor| {
            reactor.with_stream(receiver, |peer, _| peer.tracks.remove_receiver(receiver))?;
            reactor.forget_stream(receiver);
            Ok(())
        })
    }

    /// Removes a sender. Its counters leave the samples: read them first.
    #[napi]
    pub fn remove_sender(&self, sender: u32) -> Result<()> {
        self.change(sender, |reactor| {
            reactor.with_stream(sender, |peer, _| peer.tracks.remove_sender(sender))?;
            reactor.forget_stream(sender);
            Ok(())
        })
    }

    /// Sends a DTLS close_notify and frees the socket. The streams of the peer leave the samples:
    /// read them first.
    #[napi]
    pub fn close_peer(&self, peer: u32) -> Result<()> {
        self.change(peer, |reactor| reactor.close_peer(peer))
    }

    /// Closes a peer as `closePeer` does, but sends nothing to the remote: the device disappeared.
    #[napi]
    pub fn drop_peer(&self, peer: u32) -> Result<()> {
        self.change(peer, |reactor| reactor.drop_peer(peer))
    }

    /// Corrects the stamps that leave this process, and its arrival times where latency is measured
    /// by them, by the offset from its clock to the one that the hosts of a run share, ms.
    #[napi]
    pub fn set_clock_correction(&self, ms: f64) {
        if ms.is_finite() {
            clock::set_correction((ms * 1e6) as i64);
        }
    }

    /// Plants a defect of the pump, so that tests can show what it leads to.
    #[napi]
    pub fn plant_defect(&self, peer: u32, defect: Defect) -> Result<()> {
        Ok(self.threads.owner(peer)?.plant(peer, defect)?)
    }

    /// Reads all counters. After `close` the tables are empty.
    #[napi]
    pub fn sample_tables(&self) -> SampleTables {
        self.threads.sample().into()
    }

    /// Closes every peer and joins the threads. Every other call throws `closed` afterwards.
    #[napi]
    pub fn close(&mut self) {
        self.threads.stop();
        self.clips.clear();
        self.key_rings.clear();
    }

    fn clip(&self, clip: u32) -> error::Result<Arc<Clip>> {
        self.clips.get(clip as usize).cloned().flatten().ok_or(PumpError::UnknownClip(clip))
    }

    fn keep_clip(&mut self, clip: Clip) -> u32 {
        self.clips.push(Some(Arc::new(clip)));
        self.clips.len() as u32 - 1
    }

    fn key_ring(&self, ring: u32) -> error::Result<Arc<KeyRing>> {
        self.key_rings.get(ring as usize).cloned().ok_or(PumpError::UnknownKeyRing(ring))
    }

    /// Succeeds also for what belongs to a stuck thread or to a peer that panicked: there is
    /// nothing left to change.
    fn change(
        &self,
        handle: u32,
        act: impl FnOnce(&mut Reactor) -> error::Result<()>,
    ) -> Result<()> {
        match self.threads.owner(handle).and_then(|mut reactor| act(&mut reactor)) {
            Err(PumpError::StuckThread(_) | PumpError::Panicked(_)) => Ok(()),
            changed => Ok(changed?),
        }
    }

    fn with_peer<T>(
        &self,
        peer: u32,
        act: impl FnOnce(&mut Peer, Now) -> error::Result<T>,
    ) -> Result<T> {
        Ok(self.threads.owner(peer)?.with_peer(peer, act)?)
    }

    fn with_stream(&self, stream: u32, act: impl FnOnce(&mut Peer, Now)) -> Result<()> {
        self.change(stream, |reactor| reactor.with_stream(stream, act))
    }
}

fn parse_remote(text: String) -> error::Result<SocketAddr> {
    text.parse().map_err(|_| PumpError::Address(text))
}

fn trust_from(pem: &str) -> error::Result<Trust> {
    Trust::new(pem).map_err(|error| PumpError::Trust(error.to_string()))
}

/// `None` for an impairment that would change nothing.
fn impairment_from(options: ImpairmentOptions) -> error::Result<Option<Box<Impairment<Way>>>> {
    let ImpairmentOptions { up, down, seed } = options;
    let (up, down) = (up.config("up")?, down.config("down")?);
    Ok(Impairment::new(up, down, seed.into(), clock::monotonic_ns()))
}

fn parse_address(address: String) -> error::Result<IpAddr> {
    address.parse().map_err(|_| PumpError::Address(address))
}

fn payload_type(value: u32) -> error::Result<u8> {
    let payload_type = u8::try_from(value).ok().filter(|value| *value < 128);
    payload_type.ok_or(PumpError::PayloadType(value))
}
