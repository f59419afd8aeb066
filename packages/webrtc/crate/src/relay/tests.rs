use std::net::{Ipv4Addr, UdpSocket as StdSocket};

use super::error_responses::UNAUTHORIZED;
use super::*;
use crate::path::PathFailureCode;

/// A server that challenges, and answers requests with credentials with one error: fakes, as no
/// real server can be made to answer all of these.
fn refused_with(code: u16) -> PathFailure {
    let server = StdSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    server.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let address = server.local_addr().unwrap();
    let kind = PathKind::TurnUdp;
    let mut relay =
        Relay::new(Carrier::open(address, kind, None).unwrap(), kind, address, "user", "secret");
    let mut buffer = [0; 1500];
    for _ in 0..2_000 {
        relay.on_timer(clock::monotonic_ns());
        if let Some(event) = relay.take_events().into_iter().next() {
            let PathEvent::Failed(failure) = event else { panic!("{event:?}") };
            return failure;
        }
        let Ok((len, client)) = server.recv_from(&mut buffer) else { continue };
        // An Allocate without credentials has no MESSAGE-INTEGRITY.
        let has_credentials = buffer[..len].windows(4).any(|four| four == [0, 8, 0, 20]);
        let answer = error(&buffer[..len], if has_credentials { code } else { UNAUTHORIZED });
        server.send_to(&answer, client).unwrap();
        let Carrier::Udp(_) = &relay.carrier else { unreachable!() };
        assert_eq!(relay.accept(&answer), None);
    }
    panic!("no event");
}

/// An error response to a request, with realm and nonce.
fn error(request: &[u8], code: u16) -> Vec<u8> {
    let attributes = [
        &[0x00, 0x09, 0, 4, 0, 0, (code / 100) as u8, (code % 100) as u8][..],
        &[0x00, 0x14, 0, 4],
        b"test",
        &[0x00, 0x15, 0, 4],
        b"once",
    ]
    .concat();
    let length = (attributes.len() as u16).to_be_bytes();
    [&[0x01, 0x13][..], &length, &request[4..20], &attributes].concat()
}

#[test]
fn an_error_of_the_server_has_a_code() {
    for (code, expected) in [
        (401, PathFailureCode::TurnUnauthorized),
        (400, PathFailureCode::TurnUnauthorized),
        (403, PathFailureCode::TurnPeerRefused),
        (438, PathFailureCode::TurnStale),
        (486, PathFailureCode::TurnQuota),
        (508, PathFailureCode::TurnQuota),
        (500, PathFailureCode::TurnError),
    ] {
        let failure = refused_with(code);
        assert_eq!(failure.code, expected, "{code}: {failure:?}");
        assert!(failure.detail.contains(&code.to_string()), "{failure:?}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let server = StdSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let kind = PathKind::TurnUdp;
    let carrier = Carrier::open(server, kind, None).unwrap();
    let mut relay = Relay::new(carrier, kind, server, "user", "secret");
    relay.on_timer(clock::monotonic_ns() + ALLOCATE_WITHIN_NS);
    let events = relay.take_events();
    let [PathEvent::Failed(failure)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(failure.code, PathFailureCode::NoAnswer);
    assert_eq!(relay.due_at(), u64::MAX);
}
