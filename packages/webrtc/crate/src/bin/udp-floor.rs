//! The least that a media client can cost: bare UDP with AES-256-GCM over connected sockets at a
//! given rate and size, and nothing else. Prints one JSON object: microseconds of CPU per packet,
//! sent and received, of the measured threads; the partner is not counted.
//!
//! ```text
//! udp-floor --threads 4 --sockets 1000 --send-rate 50 --receive-rate 50 --bytes 120 --seconds 10 [--tick-micros 4000]
//! ```
//!
//! `--near-address A --far-address B` put sockets and partner elsewhere than on loopback,
//! `--far-namespace FILE` puts the partner into another network namespace (Linux, root).

#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub)]

use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use polling::{Event, Events, PollMode, Poller};

const TAG: usize = 16;
const HEADER: usize = 12;

struct Load {
    threads: usize,
    sockets: usize,
    send_rate: f64,
    receive_rate: f64,
    bytes: usize,
    seconds: f64,
    tick: Duration,
}

fn argument(name: &str, default: f64) -> f64 {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1));
    given.map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} needs a number, not {text:?}"))
    })
}

fn text<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let given = arguments.iter().position(|a| a == name)?;
    arguments.get(given + 1).map(String::as_str)
}

/// A socket on `address`, in the network namespace that `namespace` is a file of. The kernel keeps
/// a socket in the namespace of the thread that opened it.
fn open_far(address: &str, namespace: Option<&str>) -> UdpSocket {
    std::thread::scope(|scope| {
        let opened = scope.spawn(|| {
            #[cfg(target_os = "linux")]
            if let Some(file) = namespace {
                let file = std::fs::File::open(file).expect("a network namespace");
                // SAFETY: the descriptor is open, and only this thread changes its namespace.
                let entered = unsafe { libc::setns(file.as_raw_fd(), libc::CLONE_NEWNET) };
                assert_eq!(entered, 0, "setns: {}", std::io::Error::last_os_error());
            }
            #[cfg(not(target_os = "linux"))]
            assert!(namespace.is_none(), "only Linux has network namespaces");
            UdpSocket::bind((address, 0)).expect("a socket")
        });
        opened.join().expect("a socket")
    })
}

fn main() {
    let load = Load {
        threads: (argument("--threads", 1.0) as usize).max(1),
        sockets: argument("--sockets", 1000.0) as usize,
        send_rate: argument("--send-rate", 50.0),
        receive_rate: argument("--receive-rate", 50.0),
        bytes: (argument("--bytes", 120.0) as usize).clamp(HEADER + TAG, 1400),
        seconds: argument("--seconds", 10.0),
        tick: Duration::from_micros(argument("--tick-micros", 4000.0) as u64),
    };
    let arguments: Vec<String> = std::env::args().collect();
    let near_address = text(&arguments, "--near-address").unwrap_or("127.0.0.1");
    let near: Vec<UdpSocket> =
        (0..load.sockets).map(|_| UdpSocket::bind((near_address, 0)).expect("a socket")).collect();
    // A media server answers from one socket: so does the partner.
    let far_address = text(&arguments, "--far-address").unwrap_or("127.0.0.1");
    let far = open_far(far_address, text(&arguments, "--far-namespace"));
    for socket in &near {
        socket.connect(far.local_addr().expect("bound")).expect("connected");
        socket.set_nonblocking(true).expect("non-blocking");
    }
    let addresses: Vec<_> = near.iter().map(|s| s.local_addr().expect("bound")).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let partner = {
        let (stop, bytes, tick) = (stop.clone(), load.bytes, load.tick);
        let rate = load.receive_rate * load.sockets as f64;
        far.set_nonblocking(true).expect("non-blocking");
        std::thread::spawn(move || play_partner(&far, &addresses, rate, bytes, tick, &stop))
    };
    let share = near.len().div_ceil(load.threads);
    let measured: Vec<(f64, u64, u64)> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            near.chunks(share).map(|sockets| scope.spawn(|| measure(sockets, &load))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a measured thread ends")).collect()
    });
    let (cpu, sent, received) =
        measured.iter().fold((0.0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
    stop.store(true, Ordering::Relaxed);
    partner.join().expect("the partner ends");
    let packets = sent + received;
    println!(
        "{{\"threads\":{},\"sockets\":{},\"bytes\":{},\"sent\":{sent},\"received\":{received},\"cpuSeconds\":{cpu:.4},\"microsPerPacket\":{:.3}}}",
        load.threads,
        load.sockets,
        load.bytes,
        cpu * 1e6 / packets as f64
    );
}

fn key() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("a key"))
}

fn seal(key: &LessSafeKey, buffer: &mut [u8]) {
    let (header, rest) = buffer.split_at_mut(HEADER);
    let (payload, tag) = rest.split_at_mut(rest.len() - TAG);
    let sealed = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key([0; 12]),
            Aad::from(&*header),
            payload,
        )
        .expect("sealed");
    tag.copy_from_slice(sealed.as_ref());
}

/// Sends to all addresses in turn at the given rate, and discards what it receives.
fn play_partner(
    far: &UdpSocket,
    addresses: &[std::net::SocketAddr],
    rate: f64,
    bytes: usize,
    tick: Duration,
    stop: &AtomicBool,
) {
    let key = key();
    let mut packet = vec![0; bytes];
    seal(&key, &mut packet);
    let (start, mut sent, mut sink) = (Instant::now(), 0_u64, [0; 1500]);
    while !stop.load(Ordering::Relaxed) {
        let due = (start.elapsed().as_secs_f64() * rate) as u64;
        while sent < due {
            let _ = far.send_to(&packet, addresses[sent as usize % addresses.len()]);
            sent += 1;
        }
        while far.recv(&mut sink).is_ok() {}
        std::thread::sleep(tick);
    }
}

/// CPU seconds of this thread, packets sent and received.
fn measure(near: &[UdpSocket], load: &Load) -> (f64, u64, u64) {
    let poller = Poller::new().expect("a poller");
    for (index, socket) in near.iter().enumerate() {
        // SAFETY: the sockets outlive the poller, which is dropped at the end of this function.
        unsafe { poller.add_with_mode(socket, Event::readable(index), PollMode::Level) }
            .expect("watched");
    }
    // Each connection has keys of its own, one for each direction, as SRTP has.
    let keys: Vec<(LessSafeKey, LessSafeKey)> = near.iter().map(|_| (key(), key())).collect();
    let mut events = Events::new();
    let (mut out, mut buffer) = (vec![0; load.bytes], vec![0; 1500]);
    let (mut sent, mut received) = (0_u64, 0_u64);
    let (start, cpu_before) = (Instant::now(), thread_cpu());
    let rate = load.send_rate * near.len() as f64;
    while start.elapsed().as_secs_f64() < load.seconds {
        events.clear();
        poller.wait(&mut events, Some(Duration::ZERO)).expect("polled");
        for event in events.iter() {
            // SAFETY: the pointer and length describe `buffer`.
            let len = unsafe {
                libc::recv(
                    near[event.key].as_raw_fd(),
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                    libc::MSG_DONTWAIT,
                )
            };
            if let Some(len) = usize::try_from(len).ok().filter(|len| *len >= HEADER + TAG) {
                let (header, body) = buffer[..len].split_at_mut(HEADER);
                keys[event.key]
                    .0
                    .open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(&*header), body)
                    .expect("authentic");
                received += 1;
            }
        }
        let due = (start.elapsed().as_secs_f64() * rate) as u64;
        while sent < due {
            out.fill(0);
            let turn = sent as usize % near.len();
            seal(&keys[turn].1, &mut out);
            let _ = near[turn].send(&out);
            sent += 1;
        }
        std::thread::sleep(load.tick);
    }
    (thread_cpu() - cpu_before, sent, received)
}

fn thread_cpu() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
