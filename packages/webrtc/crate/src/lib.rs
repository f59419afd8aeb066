//! The packet pump of livekit-swarm: ICE, DTLS, SRTP, RTP and RTCP for thousands of peers, counted and never told packet by packet.
//!
//! This file is the surface that JavaScript sees; `packages/webrtc/src/pump.ts` documents it.

mod access;
mod bandwidth;
mod clip;
mod clock;
mod cohorts;
mod data_flow;
mod datagrams;
mod dtls_keys;
mod endpoint;
mod filler;
mod frame_size;
mod impairment;
mod peer;
mod pump;
mod reactor;
mod receiver;
mod rtp;
mod sender;
mod sequence;
#[cfg(linux_io)]
mod shared_socket;
#[cfg(not(linux_io))]
#[path = "no_shared_socket.rs"]
mod shared_socket;
mod sketch;
mod socket;
mod srtp;
mod stun;
mod transport_feedback;

mod addon;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
