//! The least that a join can cost the side that joins: one WebSocket upgrade, one STUN binding with
//! short-term credentials, and one DTLS 1.2 handshake with ECDSA certificates on both sides, over
//! loopback, and nothing else. Prints one JSON object: microseconds of CPU for each part, of the
//! thread that joins; the one that answers is not counted.
//!
//! ```text
//! join-floor [--joins 400]
//! ```

#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use dimpl::{Config, Dtls, DtlsCertificate, Output};

const PASSWORD: &[u8] = b"ImwKmDVuvqiYATjnMdhyXqpF";
const STUN_HEADER: usize = 20;
/// MESSAGE-INTEGRITY (RFC 8489 §14.5), header included.
const INTEGRITY: usize = 24;
const DATAGRAM: usize = 2_048;
const UPGRADE: &[u8] =
    b"GET /rtc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const UPGRADED: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.iter().position(|a| a == "--joins").and_then(|at| arguments.get(at + 1));
    let joins: u32 = given.map_or(400, |text| {
        text.parse().unwrap_or_else(|_| panic!("--joins needs a number, not {text:?}"))
    });
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let far = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    far.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    let (web, media) = (listener.local_addr().expect("bound"), far.local_addr().expect("bound"));
    let stop = Arc::new(AtomicBool::new(false));
    let answering = {
        let stop = stop.clone();
        std::thread::spawn(move || answer_media(&far, &stop))
    };
    std::thread::spawn(move || answer_upgrades(&listener));

    let joining = Identity::new();
    let mut parts = [0.0; 3];
    // The first joins fill caches.
    for join in 0..joins + joins / 10 {
        let start = thread_cpu();
        upgrade(web);
        let upgraded = thread_cpu();
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(media).expect("connected");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
        bind_stun(&socket);
        let bound = thread_cpu();
        shake_hands(&socket, &joining);
        let done = thread_cpu();
        if join >= joins / 10 {
            let costs = [upgraded - start, bound - upgraded, done - bound];
            for (sum, cost) in parts.iter_mut().zip(costs) {
                *sum += cost * 1e6 / f64::from(joins);
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    answering.join().expect("the answering thread ends");
    let [web_socket, stun, dtls] = parts;
    println!(
        "{{\"joins\":{joins},\"webSocketMicros\":{web_socket:.1},\"stunMicros\":{stun:.1},\"dtlsMicros\":{dtls:.1}}}"
    );
}

fn upgrade(web: SocketAddr) {
    let mut stream = TcpStream::connect(web).expect("connected");
    stream.set_nodelay(true).expect("an option");
    stream.write_all(UPGRADE).expect("sent");
    let mut answer = [0; UPGRADED.len()];
    stream.read_exact(&mut answer).expect("upgraded");
}

fn answer_upgrades(listener: &TcpListener) {
    while let Ok((mut stream, _)) = listener.accept() {
        let mut request = [0; UPGRADE.len()];
        stream.read_exact(&mut request).expect("a request");
        stream.write_all(UPGRADED).expect("sent");
    }
}

/// A binding with MESSAGE-INTEGRITY, with a length that covers it.
fn stun_message(kind: u16, transaction: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(STUN_HEADER + INTEGRITY);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&(INTEGRITY as u16).to_be_bytes());
    message.extend_from_slice(&0x2112_A442_u32.to_be_bytes());
    message.extend_from_slice(transaction);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, PASSWORD);
    let tag = hmac::sign(&key, &message);
    message.extend_from_slice(&[0, 8, 0, 20]);
    message.extend_from_slice(tag.as_ref());
    message
}

fn is_authentic(message: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, PASSWORD);
    message.len() == STUN_HEADER + INTEGRITY
        && hmac::verify(&key, &message[..STUN_HEADER], &message[STUN_HEADER + 4..]).is_ok()
}

fn bind_stun(socket: &UdpSocket) {
    socket.send(&stun_message(0x0001, &[7; 12])).expect("sent");
    let mut answer = [0; DATAGRAM];
    let len = socket.recv(&mut answer).expect("an answer");
    assert!(is_authentic(&answer[..len]), "the answer is authentic");
}

/// The DTLS client, until it has keys.
fn shake_hands(socket: &UdpSocket, joining: &Identity) {
    let mut dtls = joining.begin(true);
    let (mut datagram, mut has_keys) = ([0; DATAGRAM], false);
    loop {
        drain(&mut dtls, &mut has_keys, |packet| {
            socket.send(packet).expect("sent");
        });
        if has_keys {
            return;
        }
        let len = socket.recv(&mut datagram).expect("a flight");
        dtls.handle_packet(&datagram[..len]).expect("a DTLS record");
    }
}

/// A certificate, and the configuration that all handshakes share.
struct Identity {
    certificate: DtlsCertificate,
    config: Arc<Config>,
}

impl Identity {
    fn new() -> Self {
        let provider = str0m::crypto::from_feature_flags().dtls_provider;
        let config = Config::builder().use_server_cookie(false).build().expect("a configuration");
        Self {
            certificate: provider.generate_certificate().expect("a certificate"),
            config: Arc::new(config),
        }
    }

    fn begin(&self, active: bool) -> Dtls {
        let now = Instant::now();
        let mut dtls = Dtls::new_12(self.config.clone(), self.certificate.clone(), now);
        dtls.set_active(active);
        dtls.handle_timeout(now).expect("started");
        dtls
    }
}

fn drain(dtls: &mut Dtls, has_keys: &mut bool, mut send: impl FnMut(&[u8])) {
    let mut buffer = [0; DATAGRAM];
    loop {
        match dtls.poll_output(&mut buffer) {
            Output::Packet(packet) => send(packet),
            Output::KeyingMaterial(..) => *has_keys = true,
            Output::Timeout(_) => return,
            _ => {}
        }
    }
}

/// Answers one join after the other: a STUN request begins it.
fn answer_media(far: &UdpSocket, stop: &AtomicBool) {
    let answering = Identity::new();
    let mut dtls = answering.begin(false);
    let mut datagram = [0; DATAGRAM];
    while !stop.load(Ordering::Relaxed) {
        let Ok((len, from)) = far.recv_from(&mut datagram) else { continue };
        let message = &datagram[..len];
        // RFC 7983 §7.
        if message[0] < 4 {
            assert!(is_authentic(message), "the request is authentic");
            dtls = answering.begin(false);
            far.send_to(&stun_message(0x0101, &message[8..STUN_HEADER]), from).expect("sent");
        } else if dtls.handle_packet(message).is_ok() {
            drain(&mut dtls, &mut false, |packet| {
                far.send_to(packet, from).expect("sent");
            });
        }
    }
}

/// CPU seconds of this thread.
fn thread_cpu() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
