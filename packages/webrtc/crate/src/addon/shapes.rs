//! What crosses between JavaScript and Rust; `packages/webrtc/src/pump.ts` says what each field means.

use napi::bindgen_prelude::{Buffer, Either, Float64Array, Int32Array, Null, Uint32Array};
use napi_derive::napi;

use crate::impairment::LinkConfig;
use crate::peer::PeerEvent;
use crate::rtp::ExtensionIds;
use crate::sketch::Sketch;

#[napi(object)]
pub struct NativePumpOptions {
    pub threads: u32,
    pub tick_micros: Option<u32>,
    pub own_sockets: Option<bool>,
}

#[napi(object)]
pub struct NativeEvent {
    #[napi(js_name = "type")]
    pub kind: String,
    pub peer: u32,
    pub at: f64,
    pub state: Option<String>,
    pub reason: Option<String>,
    pub label: Option<String>,
    pub receiver: Option<u32>,
}

impl NativeEvent {
    pub fn new(peer: u32, wall_ns: u64, event: PeerEvent) -> Self {
        let mut told = Self {
            kind: String::new(),
            peer,
            at: wall_ns as f64 / 1e6,
            state: None,
            reason: None,
            label: None,
            receiver: None,
        };
        let kind = match event {
            PeerEvent::Ice(state) => {
                told.state = Some(state.into());
                "ice"
            }
            PeerEvent::Connected => "connected",
            PeerEvent::Closed(reason) => {
                told.reason = Some(reason);
                "closed"
            }
            PeerEvent::ChannelOpen(label) => {
                told.label = Some(label);
                "channel-open"
            }
            PeerEvent::FirstPacket(receiver, arrival) => {
                told.receiver = Some(receiver);
                told.at = arrival as f64 / 1e6;
                "first-packet"
            }
        };
        told.kind = kind.into();
        told
    }
}

#[napi(object)]
pub struct NativeCredentials {
    pub ufrag: String,
    pub pwd: String,
}

#[napi(object)]
pub struct NativeLocalTransport {
    pub peer: u32,
    pub ufrag: String,
    pub pwd: String,
    pub fingerprint: String,
    pub candidate: String,
}

#[napi(object)]
pub struct NativePeerOptions {
    pub data_cohort: Option<u32>,
    pub impairment: Option<NativeImpairment>,
}

#[napi(object)]
pub struct NativeImpairment {
    pub up: NativeLink,
    pub down: NativeLink,
    pub seed: u32,
}

#[napi(object)]
pub struct NativeLink {
    pub loss: f64,
    pub burst: f64,
    pub delay_ms: f64,
    pub jitter_ms: f64,
    pub reorder: f64,
    pub rate_bps: Either<f64, Null>,
    pub queue_ms: f64,
}

impl TryFrom<NativeLink> for LinkConfig {
    type Error = String;

    fn try_from(link: NativeLink) -> Result<Self, String> {
        // As `NETWORK_LIMITS` in packages/scenario has them.
        let within = |name: &str, value: f64, min: f64, max: f64| match (min..=max).contains(&value)
        {
            true => Ok(value),
            false => Err(format!("{name} of a link is {min} to {max}, not {value}")),
        };
        let ns =
            |name: &str, ms: f64, max: f64| within(name, ms, 0.0, max).map(|ms| (ms * 1e6) as u64);
        let loss = within("loss", link.loss, 0.0, 1.0)?;
        let burst = within("burst", link.burst, 1.0, 1e3)?;
        // Between two runs there is a datagram that gets through.
        if burst > 1.0 && loss < 1.0 && loss / (1.0 - loss) > burst + 1e-9 {
            return Err(format!("runs of {burst} cannot make a loss of {loss}"));
        }
        Ok(Self {
            loss,
            burst,
            delay: ns("delayMs", link.delay_ms, 1e4)?,
            jitter: ns("jitterMs", link.jitter_ms, 1e3)?,
            reorder: within("reorder", link.reorder, 0.0, 0.5)?,
            rate: match link.rate_bps {
                Either::A(rate) => Some(within("rateBps", rate, 1e4, 1e11)?),
                Either::B(Null) => None,
            },
            queue: ns("queueMs", link.queue_ms, 1e4)?,
        })
    }
}

#[napi(object)]
pub struct NativeRemoteTransport {
    pub ufrag: String,
    pub pwd: String,
    pub fingerprint: String,
    pub dtls_role: String,
    pub controlling: bool,
    pub data_channels: bool,
}

#[napi(object)]
pub struct NativeExtensionIds {
    pub mid: Option<u32>,
    pub rid: Option<u32>,
    pub repaired_rid: Option<u32>,
    pub audio_level: Option<u32>,
    pub abs_send_time: Option<u32>,
    pub abs_capture_time: Option<u32>,
    pub transport_wide_cc: Option<u32>,
}

impl From<NativeExtensionIds> for ExtensionIds {
    fn from(ids: NativeExtensionIds) -> Self {
        // One-byte extensions go up to 14 (RFC 8285 §4.2): others are treated as not negotiated.
        let id = |id: Option<u32>| {
            id.and_then(|id| u8::try_from(id).ok()).filter(|id| *id <= 14).unwrap_or(0)
        };
        Self {
            mid: id(ids.mid),
            rid: id(ids.rid),
            repaired_rid: id(ids.repaired_rid),
            audio_level: id(ids.audio_level),
            abs_send_time: id(ids.abs_send_time),
            abs_capture_time: id(ids.abs_capture_time),
            transport_wide_cc: id(ids.transport_wide_cc),
        }
    }
}

#[napi(object)]
pub struct NativeClip {
    pub codec: String,
    pub clock_rate: u32,
    pub payload: Buffer,
    pub packets: Uint32Array,
    pub frames: Uint32Array,
    pub audio_levels: Buffer,
}

#[napi(object)]
pub struct NativeSenderOptions {
    pub peer: u32,
    pub clip: u32,
    pub mid: String,
    pub rid: Option<String>,
    pub ssrc: u32,
    pub payload_type: u32,
    pub rtx_ssrc: Option<u32>,
    pub rtx_payload_type: Option<u32>,
    pub cname: String,
    pub extensions: Option<NativeExtensionIds>,
    pub active: bool,
}

#[napi(object)]
pub struct NativeReceiverPayload {
    pub payload_type: u32,
    pub codec: String,
    pub clock_rate: u32,
    pub rtx_payload_type: Option<u32>,
}

#[napi(object)]
pub struct NativeReceiverOptions {
    pub peer: u32,
    pub kind: String,
    pub mid: String,
    pub ssrc: Option<u32>,
    pub rtx_ssrc: Option<u32>,
    pub payloads: Vec<NativeReceiverPayload>,
    pub nack: bool,
    pub pli: bool,
    pub remb: bool,
    pub cohort: Option<u32>,
}

#[napi(object)]
pub struct NativeLatency {
    pub cohort: u32,
    pub keys: Int32Array,
    pub counts: Uint32Array,
    pub zeros: u32,
}

impl From<(u32, &Sketch)> for NativeLatency {
    fn from((cohort, sketch): (u32, &Sketch)) -> Self {
        let (keys, counts) = sketch.bins();
        Self { cohort, keys: keys.into(), counts: counts.into(), zeros: sketch.zeros }
    }
}

/// Tables row by row; the columns are named in `packages/webrtc/src/rows.ts`.
#[napi(object)]
pub struct NativeSample {
    pub senders: Float64Array,
    pub receivers: Float64Array,
    pub peers: Float64Array,
    pub flows: Float64Array,
    pub gaps: Float64Array,
    pub latencies: Vec<NativeLatency>,
    pub datagrams_sent: f64,
    pub datagrams_received: f64,
    pub shared_socket_drops: f64,
    pub max_tick_late_ms: f64,
    pub cpu_seconds: f64,
}
