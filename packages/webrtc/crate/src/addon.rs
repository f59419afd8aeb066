//! The surface that JavaScript sees. Every call checks its arguments: a mistake in TypeScript must
//! not crash a worker.

pub mod shapes;

use std::net::IpAddr;
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
use crate::error::{self, ErrorCode, PumpError};
use crate::impairment::Impairment;
use crate::peer::{Peer, Remote};
use crate::pump::{MAX_TICK, Threads};
use crate::reactor::{Reactor, TimedEvent};
use crate::receiver::{self, ReceiverConfig};
use crate::sender::{self, SenderConfig};
use crate::sketch;

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

/// γ of the latency sketches: bin k holds (γ^(k-1), γ^k].
#[napi]
pub const SKETCH_GAMMA: f64 = sketch::GAMMA;

/// Names of the columns of the tables that `sampleTables` returns.
#[napi]
pub fn sample_columns() -> SampleColumns {
    SampleColumns::read()
}

/// The pump: threads that drive peer connections. Errors are thrown as `Error` with a `code` of
/// `PumpErrorCode`.
#[napi]
pub struct NativePump {
    threads: Threads,
    clips: Vec<Arc<Clip>>,
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
        Ok(Self { threads, clips: Vec::new() })
    }

    /// Copies a clip and returns its handle.
    #[napi]
    pub fn add_clip(&mut self, clip: ClipData) -> Result<u32> {
        let ClipData { codec, clock_rate, payload, packets, frames, audio_levels, .. } = clip;
        let clip = Clip::new(codec, clock_rate, payload.to_vec(), &packets, &frames, &audio_levels)
            .map_err(PumpError::from)?;
        self.clips.push(Arc::new(clip));
        Ok(self.clips.len() as u32 - 1)
    }

    /// Binds a UDP socket on `localAddress` (an IP address) and generates ICE credentials. Throws
    /// `system_resource` when no file descriptor or port is left.
    #[napi]
    pub fn create_peer(
        &mut self,
        local_address: String,
        options: Option<PeerOptions>,
    ) -> Result<LocalTransport> {
        let local: IpAddr = local_address.parse().map_err(|_| PumpError::Address(local_address))?;
        let (data_cohort, impairment) =
            options.map_or((None, None), |options| (options.data_cohort, options.impairment));
        let data_cohort = data_cohort.map(Cohort::try_from).transpose()?;
        let impairment = impairment.map(impairment_from).transpose()?.flatten();
        let mut reactor = self.threads.next_reactor()?;
        let (handle, peer) = reactor.create_peer(local)?;
        peer.data.cohort = data_cohort;
        peer.transport.access.set_impairment(impairment);
        let credentials = peer.transport.credentials();
        Ok(LocalTransport {
            peer: handle,
            ufrag: credentials.ufrag,
            pwd: credentials.pass,
            fingerprint: peer.transport.fingerprint(),
            candidate: peer.transport.candidate(),
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

    /// Takes a `candidate:…` line of SDP or trickle ICE. Candidates that are not UDP with an IP
    /// address are ignored.
    #[napi]
    pub fn add_remote_candidate(&self, peer: u32, candidate: String) -> Result<()> {
        self.with_peer(peer, |peer, now| {
            peer.add_remote_candidate(&candidate, now);
            Ok(())
        })
    }

    /// New credentials for an ICE restart (RFC 8445 §9); call `setRemote` with the remote's new ones
    /// afterwards.
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
        let DataFlowOptions { peer, label, template, stamp_offset, interval_ms, flow } = options;
        let interval_ns = (interval_ms * 1e6).max(0.0) as u64;
        let now = clock::monotonic_ns();
        let (template, stamp_at) = (template.to_vec(), stamp_offset as usize);
        let flow = DataFlow::new(label, flow, template, stamp_at, interval_ns, now)?;
        self.with_peer(peer, |peer, _| {
            peer.add_flow(flow);
            Ok(())
        })
    }

    /// Adds a sender and returns its handle.
    #[napi]
    pub fn add_sender(&self, options: SenderOptions) -> Result<u32> {
        let clip = self.clips.get(options.clip as usize);
        let clip = clip.ok_or(PumpError::UnknownClip(options.clip))?.clone();
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
            active: options.active,
        };
        let mut reactor = self.threads.owner(options.peer)?;
        Ok(reactor.add_sender(options.peer, config, options.cname, clip)?)
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

    /// While a receiver is muted, silence is not an interruption.
    #[napi]
    pub fn set_receiver_muted(&self, receiver: u32, muted: bool) -> Result<()> {
        self.with_stream(receiver, |peer, now| {
            if let Some(found) = peer.tracks.receiver_mut(receiver) {
                found.set_muted(muted, now.wall);
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
    }

    /// Succeeds also for what belongs to a stuck thread or to a peer that panicked: there is nothing
    /// left to change.
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

/// `None` for an impairment that would change nothing.
fn impairment_from(options: ImpairmentOptions) -> error::Result<Option<Box<Impairment>>> {
    let ImpairmentOptions { up, down, seed } = options;
    let (up, down) = (up.config("up")?, down.config("down")?);
    Ok(Impairment::new(up, down, seed.into(), clock::monotonic_ns()))
}

fn payload_type(value: u32) -> error::Result<u8> {
    let payload_type = u8::try_from(value).ok().filter(|value| *value < 128);
    payload_type.ok_or(PumpError::PayloadType(value))
}
