//! str0m's side of a peer: ICE, DTLS and SCTP in and out, and what it tells.

use std::net::SocketAddr;
use std::time::Duration;

use str0m::net::{Protocol, Receive};
use str0m::{Event, IceConnectionState, Input, Output};

use super::{Now, Peer, PeerEvent};
use crate::clock;
use crate::data_flow;
use crate::srtp::Srtp;
use crate::stun;

impl Peer {
    pub(super) fn on_transport(
        &mut self,
        datagram: &[u8],
        source: SocketAddr,
        arrival: u64,
        now: Now,
    ) {
        if stun::nominates(datagram) {
            self.set_media_remote(source);
        }
        if let Ok(receive) =
            Receive::new(Protocol::Udp, source, self.access.socket.local(), datagram)
        {
            // When it came, not when we looked: round-trip times must not count our own tick. Time is brought forward first, or str0m would
            // date what it sends in answer to the arrival, too.
            self.input(Input::Timeout(now.instant));
            self.arrival = Some(arrival);
            self.input(Input::Receive(
                now.instant - Duration::from_nanos(now.since(arrival)),
                receive,
            ));
            self.arrival = None;
            self.input(Input::Timeout(now.instant));
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            self.close_with(error.to_string());
        }
        self.drain();
    }

    /// Gives str0m the time after a change from outside.
    pub fn advance(&mut self, now: Now) {
        self.input(Input::Timeout(now.instant));
    }

    pub(super) fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.rtc_at = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    // During a restart data still goes the old way: to fix the socket on that would shut out the checks of the new.
                    let follows_pair = !stun::is_stun(&transmit.contents) && !self.restarting;
                    if follows_pair || stun::nominates(&transmit.contents) {
                        self.set_media_remote(transmit.destination);
                    }
                    // Handshakes repeat what is lost.
                    let _ = self.access.send_to(&transmit.contents, transmit.destination);
                }
                Ok(Output::Event(event)) => self.on_event(event),
                Err(error) => {
                    self.close_with(error.to_string());
                    break;
                }
            }
        }
        if !self.closed && !self.rtc.is_alive() {
            self.close_with("the transport was closed".into());
        }
    }

    pub(super) fn set_media_remote(&mut self, remote: SocketAddr) {
        if self.remote != Some(remote) || !self.access.socket.is_connected() {
            self.remote = Some(remote);
            // Only once media may flow: checks of other pairs must still be heard before that.
            if self.srtp.is_some() {
                let _ = self.access.socket.connect(remote);
            }
        }
    }

    pub(super) fn on_event(&mut self, event: Event) {
        match event {
            Event::IceConnectionStateChange(state) => {
                let state = match state {
                    IceConnectionState::Connected | IceConnectionState::Completed => {
                        self.restarting = false;
                        "connected"
                    }
                    IceConnectionState::Disconnected => "disconnected",
                    _ => "checking",
                };
                self.events.push(PeerEvent::Ice(state));
            }
            Event::Connected => self.on_connected(),
            Event::ChannelOpen(id, label) => {
                // Those that we opened come back without a name of the remote's choosing.
                let label = self
                    .waiting_channels
                    .iter()
                    .find(|(waiting, _)| *waiting == id)
                    .map_or(label, |(_, label)| label.clone());
                self.channels.insert(label.clone(), id);
                self.events.push(PeerEvent::ChannelOpen(label));
            }
            Event::ChannelData(data) => {
                self.messages_received += 1;
                let arrival = self.arrival.unwrap_or_else(clock::wall_ns);
                if let Some(latency) =
                    data_flow::on_message(&mut self.flows_received, &data.data, arrival)
                {
                    self.message_latencies.push(latency);
                }
            }
            Event::ChannelClose(id) => self.channels.retain(|_, open| *open != id),
            Event::PeerStats(stats) => {
                if let Some(rtt) =
                    stats.selected_candidate_pair.and_then(|pair| pair.current_round_trip_time)
                {
                    self.rtt_ms = rtt.as_secs_f64() * 1000.0;
                }
            }
            Event::Closed => self.close_with("the remote closed the connection".into()),
            _ => {}
        }
    }

    pub(super) fn on_connected(&mut self) {
        let keys = self.keys.lock().ok().and_then(|mut slot| slot.take());
        let Some(keys) = keys else {
            return self.close_with("the DTLS handshake gave no SRTP keys".into());
        };
        match Srtp::new(keys.profile, &keys.material, keys.client) {
            Ok(srtp) => {
                self.srtp = Some(srtp);
                if let Some(remote) = self.remote {
                    let _ = self.access.socket.connect(remote);
                }
                self.events.push(PeerEvent::Connected);
            }
            Err(error) => {
                self.close_with(format!("SRTP cannot start ({:?}): {error:?}", keys.profile))
            }
        }
    }

    pub(super) fn close_with(&mut self, reason: String) {
        if !self.closed {
            self.closed = true;
            self.events.push(PeerEvent::Closed(reason));
        }
    }

    /// Says goodbye: BYE is not needed (the signal connection told), but a close_notify frees the remote's side at once.
    pub fn close(&mut self, now: Now) {
        self.closed = true;
        if self.rtc.close().is_ok() {
            self.advance(now);
        }
    }
}
