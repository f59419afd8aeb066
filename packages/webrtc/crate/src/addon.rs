//! The addon's face. Every call checks what it is given: a mistake in TypeScript must not bring a worker down.

mod shapes;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{Buffer, Function, Result};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use str0m::IceCreds;

use self::shapes::*;
use crate::clip::{Clip, Codec};
use crate::clock;
use crate::cohorts::Cohort;
use crate::data_flow::DataFlow;
use crate::impairment::Impairment;
use crate::peer::{PeerEvent, Remote};
use crate::pump::Threads;
use crate::receiver::{ReceiverConfig, ReceiverPayload};
use crate::sender::SenderConfig;

fn failed(reason: String) -> napi::Error {
    napi::Error::from_reason(reason)
}

#[napi]
pub struct NativePump {
    threads: Threads,
    clips: Vec<Arc<Clip>>,
}

#[napi]
impl NativePump {
    #[napi(constructor)]
    pub fn new(
        options: NativePumpOptions,
        on_events: Function<'_, Vec<NativeEvent>, ()>,
    ) -> Result<Self> {
        if !(1..=256).contains(&options.threads) {
            return Err(failed(format!("threads must be 1 to 256, not {}", options.threads)));
        }
        let tick =
            Duration::from_micros(options.tick_micros.unwrap_or(4_000).clamp(500, 20_000) as u64);
        let on_events =
            on_events.build_threadsafe_function::<Vec<NativeEvent>>().weak::<true>().build()?;
        let tell = move |events: Vec<(u32, u64, PeerEvent)>| {
            let events = events
                .into_iter()
                .map(|(peer, wall, event)| NativeEvent::new(peer, wall, event))
                .collect();
            // Fails only while the process exits.
            let _ = on_events.call(events, ThreadsafeFunctionCallMode::NonBlocking);
        };
        let threads = Threads::start(
            options.threads,
            tick,
            !options.own_sockets.unwrap_or(false),
            Arc::new(tell),
        )
        .map_err(failed)?;
        Ok(Self { threads, clips: Vec::new() })
    }

    #[napi]
    pub fn add_clip(&mut self, clip: NativeClip) -> Result<u32> {
        let codec = Codec::named(&clip.codec);
        let clip = Clip::new(
            codec,
            clip.clock_rate,
            clip.payload.to_vec(),
            &clip.packets,
            &clip.frames,
            &clip.audio_levels,
        );
        self.clips.push(Arc::new(clip.map_err(failed)?));
        Ok(self.clips.len() as u32 - 1)
    }

    #[napi]
    pub fn create_peer(
        &mut self,
        local_address: String,
        options: Option<NativePeerOptions>,
    ) -> Result<NativeLocalTransport> {
        let local: IpAddr = local_address
            .parse()
            .map_err(|_| failed(format!("{local_address:?} is not an IP address")))?;
        let (data_cohort, impairment) =
            options.map_or((None, None), |options| (options.data_cohort, options.impairment));
        let data_cohort = cohort(data_cohort)?;
        let impairment = impairment.map(impairment_of).transpose()?.flatten();
        let mut reactor = self.threads.next().map_err(failed)?;
        let (handle, peer) = reactor.create_peer(local).map_err(failed)?;
        peer.data_cohort = data_cohort;
        peer.access.impair(impairment);
        let credentials = peer.credentials();
        Ok(NativeLocalTransport {
            peer: handle,
            ufrag: credentials.ufrag,
            pwd: credentials.pass,
            fingerprint: peer.fingerprint(),
            candidate: peer.candidate(),
        })
    }

    #[napi]
    pub fn set_remote(&self, peer: u32, remote: NativeRemoteTransport) -> Result<()> {
        let fingerprint = remote.fingerprint.parse().map_err(|_| {
            failed(format!("{:?} is not a fingerprint like 'sha-256 AB:CD:…'", remote.fingerprint))
        })?;
        let remote = Remote {
            credentials: IceCreds { ufrag: remote.ufrag, pass: remote.pwd },
            fingerprint,
            dtls_client: remote.dtls_role == "client",
            controlling: remote.controlling,
            data_channels: remote.data_channels,
        };
        self.threads
            .owner(peer)
            .map_err(failed)?
            .with_peer(peer, |peer, now| peer.set_remote(remote, now))
            .map_err(failed)
    }

    #[napi]
    pub fn add_remote_candidate(&self, peer: u32, candidate: String) -> Result<()> {
        let add = |peer: &mut crate::peer::Peer, now| {
            peer.add_remote_candidate(&candidate, now);
            Ok(())
        };
        self.threads.owner(peer).map_err(failed)?.with_peer(peer, add).map_err(failed)
    }

    #[napi]
    pub fn restart_ice(&self, peer: u32) -> Result<NativeCredentials> {
        let credentials = self
            .threads
            .owner(peer)
            .map_err(failed)?
            .with_peer(peer, |peer, _| Ok(peer.restart_ice()))
            .map_err(failed)?;
        Ok(NativeCredentials { ufrag: credentials.ufrag, pwd: credentials.pass })
    }

    #[napi]
    pub fn set_extensions(&self, peer: u32, ids: NativeExtensionIds) -> Result<()> {
        let ids = ids.into();
        let set = |peer: &mut crate::peer::Peer, _| {
            peer.set_extensions(ids);
            Ok(())
        };
        self.threads.owner(peer).map_err(failed)?.with_peer(peer, set).map_err(failed)
    }

    #[napi]
    pub fn create_data_channel(
        &self,
        peer: u32,
        label: String,
        ordered: bool,
        max_retransmits: Option<u32>,
    ) -> Result<()> {
        let max_retransmits = max_retransmits.map(|n| n.min(u16::MAX as u32) as u16);
        let create = |peer: &mut crate::peer::Peer, now| {
            peer.create_channel(&label, ordered, max_retransmits, now);
            Ok(())
        };
        self.threads.owner(peer).map_err(failed)?.with_peer(peer, create).map_err(failed)
    }

    #[napi]
    pub fn send_data(&self, peer: u32, label: String, message: Buffer) -> Result<()> {
        self.threads
            .owner(peer)
            .map_err(failed)?
            .with_peer(peer, |peer, now| peer.send_data(&label, &message, now))
            .map_err(failed)
    }

    #[napi]
    pub fn start_data_flow(
        &self,
        peer: u32,
        label: String,
        template: Buffer,
        stamp_offset: u32,
        interval_ms: f64,
        flow: u32,
    ) -> Result<()> {
        let interval_ns = (interval_ms * 1e6).max(0.0) as u64;
        let flow = DataFlow::new(
            label,
            flow,
            template.to_vec(),
            stamp_offset as usize,
            interval_ns,
            clock::monotonic_ns(),
        )
        .map_err(failed)?;
        let add = |peer: &mut crate::peer::Peer, _| {
            peer.add_flow(flow);
            Ok(())
        };
        self.threads.owner(peer).map_err(failed)?.with_peer(peer, add).map_err(failed)
    }

    #[napi]
    pub fn add_sender(&self, options: NativeSenderOptions) -> Result<u32> {
        let clip = self
            .clips
            .get(options.clip as usize)
            .ok_or_else(|| failed(format!("there is no clip {}", options.clip)))?
            .clone();
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
        self.threads
            .owner(options.peer)
            .map_err(failed)?
            .add_sender(options.peer, config, options.cname, clip)
            .map_err(failed)
    }

    #[napi]
    pub fn set_sender_active(&self, sender: u32, active: bool) -> Result<()> {
        let set = |peer: &mut crate::peer::Peer, now: crate::peer::Now| {
            if let Some((_, found)) = peer.senders.iter_mut().find(|(handle, _)| *handle == sender)
            {
                found.set_active(active, now.mono);
            }
        };
        self.threads.owner(sender).map_err(failed)?.with_stream(sender, set).map_err(failed)
    }

    #[napi]
    pub fn add_receiver(&self, options: NativeReceiverOptions) -> Result<u32> {
        let mut payloads = Vec::with_capacity(options.payloads.len());
        for payload in options.payloads {
            payloads.push(ReceiverPayload {
                payload_type: payload_type(payload.payload_type)?,
                codec: Codec::named(&payload.codec),
                clock_rate: payload.clock_rate.max(1),
                rtx_payload_type: payload.rtx_payload_type.map(payload_type).transpose()?,
            });
        }
        let config = ReceiverConfig {
            video: options.kind == "video",
            mid: options.mid.into_bytes(),
            ssrc: options.ssrc,
            rtx_ssrc: options.rtx_ssrc,
            payloads,
            nack: options.nack,
            pli: options.pli,
            remb: options.remb,
            cohort: cohort(options.cohort)?,
        };
        self.threads
            .owner(options.peer)
            .map_err(failed)?
            .add_receiver(options.peer, config)
            .map_err(failed)
    }

    #[napi]
    pub fn set_receiver_muted(&self, receiver: u32, muted: bool) -> Result<()> {
        let set = |peer: &mut crate::peer::Peer, now: crate::peer::Now| {
            if let Some((_, found)) =
                peer.receivers.iter_mut().find(|(handle, _)| *handle == receiver)
            {
                found.set_muted(muted, now.wall);
            }
        };
        self.threads.owner(receiver).map_err(failed)?.with_stream(receiver, set).map_err(failed)
    }

    #[napi]
    pub fn remove_receiver(&self, receiver: u32) -> Result<()> {
        let mut owner = self.threads.owner(receiver).map_err(failed)?;
        owner.with_stream(receiver, |peer, _| peer.remove_receiver(receiver)).map_err(failed)?;
        owner.forget_stream(receiver);
        Ok(())
    }

    #[napi]
    pub fn remove_sender(&self, sender: u32) -> Result<()> {
        let mut owner = self.threads.owner(sender).map_err(failed)?;
        owner
            .with_stream(sender, |peer, _| peer.senders.retain(|(handle, _)| *handle != sender))
            .map_err(failed)?;
        owner.forget_stream(sender);
        Ok(())
    }

    #[napi]
    pub fn close_peer(&self, peer: u32) -> Result<()> {
        self.threads.owner(peer).map_err(failed)?.close_peer(peer).map_err(failed)
    }

    #[napi]
    pub fn sample(&self) -> NativeSample {
        let rows = self.threads.sample();
        NativeSample {
            senders: rows.senders.into(),
            receivers: rows.receivers.into(),
            peers: rows.peers.into(),
            flows: rows.flows.into(),
            gaps: rows.gaps.into(),
            latencies: rows.latencies.iter().map(Into::into).collect(),
            datagrams_sent: rows.datagrams_sent as f64,
            datagrams_received: rows.datagrams_received as f64,
            shared_socket_drops: rows.shared_socket_drops as f64,
            max_tick_late_ms: rows.max_tick_late_ns as f64 / 1e6,
            cpu_seconds: rows.cpu_ns as f64 / 1e9,
        }
    }

    #[napi]
    pub fn close(&mut self) {
        self.threads.stop();
        self.clips.clear();
    }
}

fn cohort(number: Option<u32>) -> Result<Option<Cohort>> {
    number.map(Cohort::try_from).transpose().map_err(failed)
}

fn impairment_of(network: NativeImpairment) -> Result<Option<Box<Impairment>>> {
    let up = network.up.try_into().map_err(|reason| failed(format!("up: {reason}")))?;
    let down = network.down.try_into().map_err(|reason| failed(format!("down: {reason}")))?;
    Ok(Impairment::new(up, down, network.seed.into(), clock::monotonic_ns()))
}

fn payload_type(value: u32) -> Result<u8> {
    u8::try_from(value)
        .ok()
        .filter(|pt| *pt < 128)
        .ok_or_else(|| failed(format!("{value} is not an RTP payload type")))
}
