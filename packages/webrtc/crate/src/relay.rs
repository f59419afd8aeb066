//! An allocation on a TURN server (RFC 8656), reached by UDP, TCP or TLS. turn-client-proto speaks
//! the protocol; packets of media are ChannelData and pass it by.

mod carrier;
mod error_responses;

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use turn_client_proto::api::{Transmit, TurnClientApi, TurnConfig, TurnEvent, TurnPollRet};
use turn_client_proto::stun::Instant;
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{TransportType, TurnCredentials};
use turn_client_proto::udp::TurnClientUdp;

pub use self::carrier::Carrier;
use self::error_responses::ErrorResponses;
use crate::clock::{self, MS};
use crate::framing::{CHANNEL_HEADER, channel_data};
use crate::path::{PathEvent, PathFailure, PathKind};
use crate::rtp::MAX_DATAGRAM;

turn_client_proto::impl_client!(Client, (Udp, TurnClientUdp), (Tcp, TurnClientTcp));

/// Remotes of one allocation: more than a node has addresses.
const MAX_CHANNELS: usize = 8;
/// Datagrams that wait until their channel is bound: one round trip.
const MAX_WAITING: usize = 16;
/// An allocation takes two round trips; after this the server does not answer.
const ALLOCATE_WITHIN_NS: u64 = 8_000 * MS;
/// An error without integrity may be forged: a genuine answer has this long to contradict it.
const DOUBT_NS: u64 = 500 * MS;
/// Requests of turn-client-proto are this far apart. Those of browsers are not, and the time of an
/// allocation is to be the server's.
const PACING_NS: u64 = 50 * MS;
/// Steps of the protocol in one call.
const MAX_STEPS: usize = 32;

/// A remote that packets are relayed to.
struct Channel {
    remote: SocketAddr,
    state: ChannelState,
}

enum ChannelState {
    /// The channel is being bound, and these datagrams wait for it.
    Binding(Vec<Vec<u8>>),
    Bound(u16),
    Refused,
}

/// An allocation, or the attempt to get one.
pub struct Relay {
    /// Carrier of its packets.
    pub carrier: Carrier,
    kind: PathKind,
    server: SocketAddr,
    local: SocketAddr,
    client: Client,
    /// Lead of the time that `client` is given, ns: see [`PACING_NS`].
    ahead: u64,
    began: u64,
    allocated_at: Option<u64>,
    /// Time at which the allocation is given up, monotonic ns.
    give_up_at: u64,
    /// Time at which `client` wants to be polled, monotonic ns.
    due_at: u64,
    relayed: Option<SocketAddr>,
    channels: Vec<Channel>,
    /// The remote that media uses.
    target: Option<SocketAddr>,
    /// Time at which remotes count as refused whose channel is not bound, monotonic ns.
    refuse_at: u64,
    error_responses: ErrorResponses,
    /// Room for one packet with its header.
    frame: Vec<u8>,
    failed: bool,
    /// Another was begun in its place: it is kept only while media uses it.
    pub superseded: bool,
    events: Vec<PathEvent>,
}

impl Relay {
    /// Begins to allocate.
    pub fn new(
        carrier: Carrier,
        kind: PathKind,
        server: SocketAddr,
        username: &str,
        password: &str,
    ) -> Self {
        let mut config = TurnConfig::new(TurnCredentials::new(username, password));
        // A join does not wait for the 39.5 s of RFC 8489 §6.2.1.
        let ms = Duration::from_millis;
        config.set_request_retransmits(ms(500), ms(2_000), 5, ms(2_000));
        let (client, local) = match &carrier {
            Carrier::Udp(socket) => {
                let local = socket.local();
                (Client::Udp(TurnClientUdp::allocate(local, server, config)), local)
            }
            Carrier::Stream(stream) => {
                let local = stream.local();
                (Client::Tcp(TurnClientTcp::allocate(local, server, config)), local)
            }
        };
        let began = clock::monotonic_ns();
        Self {
            carrier,
            kind,
            server,
            local,
            client,
            ahead: 0,
            began,
            allocated_at: None,
            give_up_at: began + ALLOCATE_WITHIN_NS,
            due_at: began,
            refuse_at: u64::MAX,
            relayed: None,
            channels: Vec::new(),
            target: None,
            error_responses: ErrorResponses::default(),
            frame: Vec::with_capacity(MAX_DATAGRAM + CHANNEL_HEADER),
            failed: false,
            superseded: false,
            events: Vec::new(),
        }
    }

    /// Kind of path that the relay is on.
    pub fn kind(&self) -> PathKind {
        self.kind
    }

    /// The server that it is on.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// The address that the server allocated.
    pub fn relayed(&self) -> Option<SocketAddr> {
        self.relayed
    }

    /// Time that the allocation took from the first packet, or the TCP connection, ns.
    pub fn allocation_ns(&self) -> Option<u64> {
        self.allocated_at.map(|at| at - self.began)
    }

    /// The remote that media uses.
    pub fn target(&self) -> Option<SocketAddr> {
        self.target
    }

    /// Fixes the remote that media uses.
    pub fn set_target(&mut self, remote: Option<SocketAddr>) {
        self.target = remote;
    }

    /// Takes the events since the last call.
    pub fn take_events(&mut self) -> Vec<PathEvent> {
        std::mem::take(&mut self.events)
    }

    /// Time at which to call [`Relay::on_timer`], monotonic ns.
    pub fn due_at(&self) -> u64 {
        match (self.failed, self.relayed) {
            (true, _) => u64::MAX,
            (_, None) => self.due_at.min(self.give_up_at),
            (_, Some(_)) => self.due_at.min(self.refuse_at),
        }
    }

    /// Sends a datagram to a remote. One that has no channel yet gets one.
    pub fn send_to(&mut self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        let known = self.channels.iter_mut().find(|channel| channel.remote == to);
        match known.map(|channel| &mut channel.state) {
            Some(ChannelState::Bound(number)) => {
                let number = *number;
                self.send_on(number, datagram)
            }
            Some(ChannelState::Binding(waiting)) => {
                if waiting.len() < MAX_WAITING {
                    waiting.push(datagram.to_vec());
                }
                Ok(())
            }
            Some(ChannelState::Refused) => Err(io::ErrorKind::PermissionDenied.into()),
            None => {
                self.bind(to);
                Ok(())
            }
        }
    }

    fn send_on(&mut self, number: u16, datagram: &[u8]) -> io::Result<()> {
        self.frame.clear();
        self.frame.extend_from_slice(&number.to_be_bytes());
        self.frame.extend_from_slice(&(datagram.len() as u16).to_be_bytes());
        self.frame.extend_from_slice(datagram);
        self.carrier.send(&self.frame)
    }

    /// Asks the server to relay to a remote, so that the first check need not wait for it.
    pub fn bind(&mut self, remote: SocketAddr) {
        let same_family = self.relayed.is_some_and(|own| own.is_ipv4() == remote.is_ipv4());
        let is_known = self.channels.iter().any(|channel| channel.remote == remote);
        if self.failed || !same_family || is_known || self.channels.len() >= MAX_CHANNELS {
            return;
        }
        let now = clock::monotonic_ns();
        if self.client.bind_channel(TransportType::Udp, remote, self.client_time(now)).is_ok() {
            self.channels.push(Channel { remote, state: ChannelState::Binding(Vec::new()) });
            self.drive(now, true);
        }
    }

    /// Takes a packet from the server. Returns the remote that it is from, and where in the packet
    /// the datagram is; `None`: it was for the allocation.
    pub fn accept(&mut self, packet: &[u8]) -> Option<(SocketAddr, Range<usize>)> {
        if let Some((number, payload)) = channel_data(packet) {
            let is_its = |channel: &&Channel| matches!(channel.state, ChannelState::Bound(own) if own == number);
            let remote = self.channels.iter().find(is_its)?.remote;
            return Some((remote, CHANNEL_HEADER..CHANNEL_HEADER + payload.len()));
        }
        let now = clock::monotonic_ns();
        if self.error_responses.note(packet, self.relayed.is_some()) {
            // An error without integrity may be forged.
            let give_up_at = match self.relayed {
                None => &mut self.give_up_at,
                Some(_) => &mut self.refuse_at,
            };
            *give_up_at = (*give_up_at).min(now + DOUBT_NS);
        }
        let (transport, at) = (self.client.transport(), self.client_time(now));
        // Data indications are of remotes without a channel, to which nothing was sent.
        let _ = self.client.recv(Transmit::new(packet, transport, self.server, self.local), at);
        self.drive(now, true);
        None
    }

    /// Takes what has arrived on a TCP connection, one packet for each call.
    pub fn next_packet(
        &mut self,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<(SocketAddr, Range<usize>)>, PathFailure> {
        loop {
            let Carrier::Stream(stream) = &mut self.carrier else { return Ok(None) };
            let Some(packet) = stream.next_packet()? else { return Ok(None) };
            buffer.clear();
            buffer.extend_from_slice(packet);
            if let Some(found) = self.accept(buffer) {
                return Ok(Some(found));
            }
        }
    }

    /// Requests, retransmissions and refreshes whose time has come.
    pub fn on_timer(&mut self, now: u64) {
        if self.failed {
            return;
        }
        if self.relayed.is_none() && now >= self.give_up_at {
            let failure = self.error_responses.of_allocation(self.server);
            return self.fail(failure);
        }
        if now >= self.refuse_at {
            self.refuse_at = u64::MAX;
            self.refuse(|channel| matches!(channel.state, ChannelState::Binding(_)));
        }
        if now >= self.due_at {
            self.drive(now, false);
        }
    }

    /// Frees the allocation. The server does so on its own when its lifetime is over.
    pub fn release(&mut self) {
        let now = clock::monotonic_ns();
        if self.client.delete(self.client_time(now)).is_ok() {
            self.drive(now, true);
        }
        if let Carrier::Stream(stream) = &mut self.carrier {
            let _ = stream.flush();
        }
    }

    /// It cannot be used, or not any longer.
    pub fn fail(&mut self, failure: PathFailure) {
        if !self.failed {
            self.failed = true;
            self.events.push(PathEvent::Failed(failure));
        }
    }

    fn client_time(&self, now: u64) -> Instant {
        Instant::from_nanos((now + self.ahead) as i64)
    }

    /// Sends what the protocol has to send, and takes its events. `skip`: without its pacing.
    fn drive(&mut self, now: u64, skip: bool) {
        for _ in 0..MAX_STEPS {
            let at = self.client_time(now);
            let next = self.client.poll(at);
            let mut progressed = false;
            while let Some(transmit) = self.client.poll_transmit(at) {
                progressed = true;
                // What is not sent is repeated.
                let _ = self.carrier.send(&transmit.data);
            }
            while let Some(event) = self.client.poll_event() {
                progressed = true;
                self.on_event(event, now);
            }
            match next {
                TurnPollRet::Closed if !progressed => {
                    self.due_at = u64::MAX;
                    if self.relayed.is_none() {
                        let failure = self.error_responses.of_allocation(self.server);
                        self.fail(failure);
                    }
                    return;
                }
                TurnPollRet::WaitUntil(until) if !progressed => {
                    let wait = until.duration_since(at).as_nanos() as u64;
                    if !skip || wait == 0 || wait > PACING_NS {
                        self.due_at = now + wait.max(MS);
                        return;
                    }
                    self.ahead += wait;
                }
                _ => {}
            }
        }
        self.due_at = now + MS;
    }

    fn on_event(&mut self, event: TurnEvent, now: u64) {
        match event {
            TurnEvent::AllocationCreated(_, address) => {
                self.relayed = Some(address);
                self.allocated_at = Some(now);
                self.error_responses.clear();
                self.events.push(PathEvent::Ready);
            }
            TurnEvent::AllocationCreateFailed(_) if self.relayed.is_none() => {
                let failure = self.error_responses.of_allocation(self.server);
                self.fail(failure);
            }
            TurnEvent::ChannelCreated(_, remote) => self.on_bound(remote, now),
            TurnEvent::ChannelCreateFailed(_, remote) => {
                self.refuse(|channel| channel.remote == remote);
            }
            _ => {}
        }
    }

    /// The server relays nothing to these remotes.
    fn refuse(&mut self, which: impl Fn(&Channel) -> bool) {
        let Some(remote) = self.channels.iter().find(|one| which(one)).map(|one| one.remote) else {
            return;
        };
        for channel in self.channels.iter_mut().filter(|channel| which(channel)) {
            channel.state = ChannelState::Refused;
        }
        if !self.channels.iter().all(|one| matches!(one.state, ChannelState::Refused)) {
            return;
        }
        // Another address of the remote may follow.
        let failure = self.error_responses.of_remote(self.server, remote);
        self.events.push(PathEvent::Refused(failure));
    }

    fn on_bound(&mut self, remote: SocketAddr, now: u64) {
        // The number is not reported, but the packets that the protocol would write have it.
        let built = self.client.send_to(TransportType::Udp, remote, [0; 1], self.client_time(now));
        let Ok(Some(built)) = built else { return };
        let packet = built.build().data;
        let number = match channel_data(&packet) {
            Some((number, _)) => number,
            None => return,
        };
        let Some(channel) = self.channels.iter_mut().find(|channel| channel.remote == remote)
        else {
            return;
        };
        let bound = ChannelState::Bound(number);
        if let ChannelState::Binding(waiting) = std::mem::replace(&mut channel.state, bound) {
            for datagram in waiting {
                // Checks are repeated.
                let _ = self.send_on(number, &datagram);
            }
        }
    }
}

#[cfg(test)]
mod tests;
