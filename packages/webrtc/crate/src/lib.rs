//! The packet pump of livekit-swarm: ICE, DTLS, SRTP, RTP, RTCP and SCTP for thousands of simulated
//! participants in one process. It plays packetised clips, receives tracks as a browser would
//! (NACK, PLI, REMB, transport-wide feedback), impairs access networks, and counts. It knows
//! neither LiveKit nor SDP: JavaScript does signalling and passes addresses, credentials, SSRCs and
//! payload types.
//!
//! # Threads
//!
//! ```text
//!  JavaScript main thread                     pump-0 … pump-n: one Reactor each
//!  ──────────────────────                     ────────────────────────────────────────────────────
//!                                              every 4 ms (1 ms while a handshake is under way):
//!  NativePump          lock                    ┌──────────────────────────────────────────────┐
//!   createPeer ──────────────▶ Mutex<Reactor>  │ 1. read sockets ─▶ Peer::on_datagram         │
//!   setRemote, addSender, …    ─────────────▶  │ 2. run timers   ─▶ Peer::on_timer            │
//!   sampleTables ◀── counters ───────────────  │ 3. flush impaired uplinks, shared socket     │
//!                                              └───────────────────────┬──────────────────────┘
//!   onEvents ◀── batches of events ── thread-safe function ◀───────────┘
//! ```
//!
//! A peer belongs to one thread for life; its handle names the thread ([`pump`]). A call from
//! JavaScript takes the mutex of that thread between two wake-ups ([`reactor`]).
//!
//! # A peer
//!
//! ```text
//!              socket (own, or an address on the shared socket of the thread)
//!                 │ ▲
//!          Access: impaired downlink / uplink, if there is one
//!                 │ ▲
//!       first byte (RFC 7983)
//!      ┌──────────┴────────────┬────────────────────────────┐
//!      ▼ STUN, DTLS            ▼ RTP                        ▼ RTCP
//!   Transport (str0m) ─keys─▶ Srtp ─────────────────────── Srtp
//!      │ SCTP                  │                            │
//!      ▼                       ▼                            ▼
//!   DataChannels            Tracks: Receiver             Tracks: Sender (NACK, PLI, reports),
//!    DataFlow, FlowReceived    SequenceTracker, Sketch     Receiver (sender reports)
//! ```
//!
//! * [`peer`] connects the parts; [`peer::Transport`], [`peer::Tracks`] and [`peer::DataChannels`]
//!   are its concerns.
//! * str0m does ICE, DTLS and SCTP. RTP does not pass it: its DTLS keys are exported
//!   ([`dtls_keys`]) and the selected address is read from the checks ([`stun`]), which makes a
//!   packet 2.4 to 2.7 times cheaper (ADR 2).
//! * [`sender`] plays a [`clip`]; [`receiver`] counts one remote track with [`sequence`] and
//!   [`sketch`].
//! * [`e2ee`] encrypts clips when they are loaded, and decrypts received frames to count those that
//!   could not be shown.
//! * [`impairment`] emulates an access network; the program `swarm-impair` uses the same links for
//!   packets of other processes (ADR 6).
//!
//! # What crosses into JavaScript
//!
//! Never a packet, and no call per packet.
//!
//! | what | when | form |
//! | --- | --- | --- |
//! | calls | on signalling: joins, tracks, mutes | objects of [`addon`] |
//! | events | connected, closed, channel open, first packet | batches, one call per wake-up |
//! | counters | when sampled, about once a second | tables of numbers, [`rows`] |
//! | latency | with a sample | bins of sketches by cohort, [`cohorts`] |
//! | errors | thrown by calls | `code` and message, [`error`] |
//!
//! [`addon`] is the surface that JavaScript sees, and [`rows`] its counters. The TypeScript
//! contract (`packages/webrtc/src/addon.d.ts`) is generated from their declarations and
//! documentation: run `npm run contract` after a change.
//!
//! # Conventions
//!
//! Times are nanoseconds: monotonic for deadlines, wall clock (Unix epoch) for what leaves the
//! process ([`clock`]). `u64::MAX` is a deadline that never comes. Extended sequence numbers start
//! at cycle one. Nothing that arrives from the network may panic.

#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub)]

pub mod access;
pub mod addon;
pub mod bandwidth;
pub mod calibration;
pub mod clip;
pub mod clock;
pub mod cohorts;
pub mod congestion;
pub mod data_flow;
pub mod datagrams;
pub mod depacketize;
pub mod dependency_descriptor;
pub mod dtls_keys;
pub mod e2ee;
pub mod endpoint;
pub mod error;
pub mod filler;
pub mod frame_size;
pub mod framing;
#[cfg(test)]
mod fuzz;
pub mod impairment;
pub mod path;
pub mod peer;
pub mod prefetch;
pub mod pump;
pub mod reactor;
pub mod receiver;
pub mod relay;
pub mod replay;
pub mod rows;
pub mod rtp;
pub mod sender;
pub mod sequence;
#[cfg(linux_io)]
pub mod shared_socket;
#[cfg(not(linux_io))]
#[path = "no_shared_socket.rs"]
pub mod shared_socket;
pub mod sketch;
pub mod socket;
pub mod srtp;
pub mod stream;
pub mod stun;
pub mod tls;
pub mod totals;
pub mod transport_feedback;
pub mod voice;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
