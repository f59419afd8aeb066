//! Tests of peers with two address families: ICE selects, and an address that does not answer, or
//! that becomes known late, keeps no peer from connecting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::{Peer, PeerEvent, Remote};
use crate::clock::Now;
use crate::dtls_keys;
use crate::error::{PumpError, Result};
use crate::reactor::Reactor;
use crate::socket::UdpSocket;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(5);

/// Two peers that know each other's credentials, and no candidates. The first one controls.
struct Pair {
    reactor: Reactor,
    handles: [u32; 2],
    /// State of each peer: `None` until it is connected, then true if it uses IPv6.
    connected: [Option<bool>; 2],
}

impl Pair {
    /// Returns `None` on a host without IPv6.
    fn new() -> Option<Self> {
        if UdpSocket::bind(V6).is_err() {
            eprintln!("no IPv6 here: nothing to test");
            return None;
        }
        let provider = dtls_keys::crypto_provider().dtls_provider;
        let mut reactor =
            Reactor::new(0, 1, provider.generate_certificate().unwrap(), true).unwrap();
        let handles = [0, 1].map(|_| reactor.create_peer(V4).unwrap().0);
        let mut pair = Self { reactor, handles, connected: [None; 2] };
        let described = [0, 1].map(|side| {
            pair.with(side, |peer, _| {
                Ok((peer.transport.credentials(), peer.transport.fingerprint()))
            })
        });
        for side in [0, 1] {
            let (credentials, fingerprint) = described[1 - side].clone();
            pair.with(side, |peer, now| {
                let remote = Remote {
                    credentials,
                    fingerprint: fingerprint.parse().unwrap(),
                    dtls_client: side == 0,
                    controlling: side == 0,
                    data_channels: true,
                };
                peer.set_remote(remote, now)
            });
        }
        Some(pair)
    }

    fn with<T>(&mut self, side: usize, act: impl FnOnce(&mut Peer, Now) -> Result<T>) -> T {
        self.reactor.with_peer(self.handles[side], act).unwrap()
    }

    fn candidate(&mut self, side: usize) -> String {
        self.with(side, |peer, _| Ok(peer.transport.candidate().unwrap_or_default().to_owned()))
    }

    /// Adds `::1` to a peer, and returns its candidate.
    fn add_v6(&mut self, side: usize) -> String {
        self.reactor.add_local_address(self.handles[side], V6).unwrap()
    }

    fn tell(&mut self, side: usize, candidate: &str) {
        self.with(side, |peer, now| {
            peer.add_remote_candidate(candidate, now);
            Ok(())
        });
    }

    fn run_until(&mut self, done: impl Fn(&mut Self) -> bool) {
        let began = Instant::now();
        while !done(self) {
            assert!(began.elapsed() < SOON, "not within {SOON:?}: {:?}", self.connected);
            self.run(Duration::from_millis(1));
        }
    }

    fn run(&mut self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            self.reactor.tick(0);
            for (handle, _, event) in std::mem::take(&mut self.reactor.events) {
                let side = self.handles.iter().position(|known| *known == handle).unwrap();
                match event {
                    PeerEvent::Connected { is_ipv6 } => self.connected[side] = Some(is_ipv6),
                    PeerEvent::Closed(reason) => panic!("closed: {reason}"),
                    _ => {}
                }
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    fn are_connected(&mut self) -> bool {
        self.connected.iter().all(Option::is_some)
    }

    /// Returns true if media of a peer uses IPv6.
    fn sends_v6(&mut self, side: usize) -> bool {
        self.with(side, |peer, _| Ok(peer.transport.access.endpoint.is_ipv6()))
    }
}

/// A candidate at which packets arrive and are never answered, and the socket that it needs.
fn silent(ip: IpAddr) -> (UdpSocket, String) {
    let socket = UdpSocket::bind(ip).unwrap();
    let port = socket.local().port();
    (socket, format!("candidate:1 1 udp 2130706431 {ip} {port} typ host"))
}

#[test]
fn ipv6_is_preferred_where_both_work() {
    let Some(mut pair) = Pair::new() else { return };
    let v6 = [pair.add_v6(0), pair.add_v6(1)];
    for side in [0, 1] {
        let v4 = pair.candidate(1 - side);
        pair.tell(side, &v6[1 - side]);
        pair.tell(side, &v4);
    }
    pair.run_until(Pair::are_connected);
    assert_eq!(pair.connected, [Some(true); 2]);
    assert!(pair.sends_v6(0) && pair.sends_v6(1));
}

#[test]
fn an_address_without_an_answer_does_not_keep_a_peer_from_the_other_family() {
    for dead in [V4, V6] {
        let Some(mut pair) = Pair::new() else { return };
        let v6 = [pair.add_v6(0), pair.add_v6(1)];
        let (_socket, silent) = silent(dead);
        let alive = if dead == V6 { pair.candidate(1) } else { v6[1].clone() };
        pair.tell(0, &silent);
        pair.tell(0, &alive);
        let began = Instant::now();
        pair.run_until(Pair::are_connected);
        assert_eq!(pair.connected, [Some(dead == V4); 2]);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

#[test]
fn a_local_address_may_come_after_the_candidate_that_needs_it() {
    let Some(mut pair) = Pair::new() else { return };
    let v6 = pair.add_v6(1);
    pair.tell(0, &v6);
    pair.run(Duration::from_millis(100));
    assert_eq!(pair.connected, [None; 2]);
    pair.add_v6(0);
    pair.run_until(Pair::are_connected);
    assert_eq!(pair.connected, [Some(true); 2]);
}

#[test]
fn media_stays_with_the_better_pair_that_was_nominated_later() {
    let Some(mut pair) = Pair::new() else { return };
    let v4 = pair.candidate(1);
    pair.tell(0, &v4);
    pair.run_until(Pair::are_connected);
    assert_eq!(pair.connected, [Some(false); 2]);
    let v6 = pair.add_v6(1);
    pair.add_v6(0);
    pair.tell(0, &v6);
    pair.run_until(|pair| pair.sends_v6(0) && pair.sends_v6(1));
    // The first pair is checked every three seconds, and nominated again each time.
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(4) {
        pair.run(Duration::from_millis(5));
        assert!(pair.sends_v6(0), "after {:?}", began.elapsed());
    }
}

#[test]
fn a_peer_has_one_address_of_each_family() {
    let Some(mut pair) = Pair::new() else { return };
    pair.add_v6(0);
    for ip in [V4, V6] {
        let again = pair.reactor.add_local_address(pair.handles[0], ip);
        assert!(matches!(again, Err(PumpError::SameFamily(address)) if address == ip));
    }
    pair.reactor.close();
}

#[test]
fn checks_that_the_kernel_refuses_are_counted() {
    let provider = dtls_keys::crypto_provider().dtls_provider;
    let mut reactor = Reactor::new(0, 1, provider.generate_certificate().unwrap(), false).unwrap();
    let (handle, _) = reactor.create_peer(V4).unwrap();
    let counted = reactor.with_peer(handle, |peer, now| {
        let remote = Remote {
            credentials: str0m::IceCreds { ufrag: "remote".into(), pass: "a password".into() },
            fingerprint: peer.transport.fingerprint().parse().unwrap(),
            dtls_client: true,
            controlling: true,
            data_channels: false,
        };
        peer.set_remote(remote, now)?;
        // Not to be reached from a loopback address.
        peer.add_remote_candidate("candidate:1 1 udp 1 192.0.2.1 9 typ host", now);
        Ok(peer.transport.sends.families().map(|(_, sends)| sends.clone()).collect::<Vec<_>>())
    });
    let counted = counted.unwrap();
    assert_eq!(counted.len(), 1);
    assert!(counted[0].tried > 0);
    let [(errno, packets)] = counted[0].rejected[..] else { panic!("{counted:?}") };
    assert!(errno > 0 && packets == counted[0].tried, "{counted:?}");
}
