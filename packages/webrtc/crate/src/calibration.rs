//! Cost of the parts of a packet on this host: UDP system calls, AES-GCM, and timer wake-ups. A
//! quarter of a second of measurements, from which `swarm plan` predicts how large a load the host
//! can generate.
//!
//! CPU time of the thread is measured, not elapsed time, in short rounds of which the median
//! counts: other load on the host delays it, and changes it little.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use napi_derive::napi;

use crate::clock;
use crate::error::{ErrorCode, PumpError};

/// Connections, each with a socket and keys of its own, as on a real network.
const SOCKETS: usize = 32;
/// Length of a datagram, that of an audio packet, bytes.
const BYTES: usize = 120;
const HEADER: usize = 12;
const TAG: usize = 16;
const PACKETS_MS: u64 = 160;
const MIN_ROUNDS: usize = 8;
const WAKES: usize = 40;
const WAKE_INTERVAL: Duration = Duration::from_millis(1);
/// A datagram on loopback arrives at once, or was dropped.
const ARRIVAL: Duration = Duration::from_millis(500);

/// Cost of the parts of a packet on this host.
#[napi(object)]
pub struct HostSpeed {
    /// CPU time to encrypt and send one datagram, or to receive and decrypt one, mean of both,
    /// median of all rounds, µs.
    pub micros_per_packet: f64,
    /// The value of `microsPerPacket` that a tenth of the rounds stay below, µs.
    pub best_micros: f64,
    /// The value of `microsPerPacket` that a tenth of the rounds exceed, µs.
    pub worst_micros: f64,
    /// The part of `microsPerPacket` that encryption or decryption takes, µs.
    pub crypto_micros: f64,
    /// CPU time of one timed wait, µs.
    pub wake_micros: f64,
    /// Lateness of the ends of timed waits, 95th percentile, µs.
    pub wake_lateness_micros: f64,
    /// Time that these measurements took, ms.
    pub took_ms: f64,
}

/// Measures this host. Blocks for about a quarter of a second, and longer where other processes
/// keep it from a core.
/// @throws Error where UDP on 127.0.0.1 does not work
#[napi]
pub fn measure_host_speed() -> napi::Result<HostSpeed, ErrorCode> {
    Ok(measure().map_err(PumpError::Socket)?)
}

fn measure() -> std::io::Result<HostSpeed> {
    let started = Instant::now();
    let mut rounds = packet_rounds()?;
    rounds.sort_by(f64::total_cmp);
    let (wake_micros, wake_lateness_micros) = wakes();
    Ok(HostSpeed {
        micros_per_packet: quantile(&rounds, 0.5),
        best_micros: quantile(&rounds, 0.1),
        worst_micros: quantile(&rounds, 0.9),
        crypto_micros: crypto_micros(),
        wake_micros,
        wake_lateness_micros,
        took_ms: started.elapsed().as_secs_f64() * 1e3,
    })
}

/// CPU µs of a packet, of each round: all sockets send, and then all receive. The partner is not
/// counted.
fn packet_rounds() -> std::io::Result<Vec<f64>> {
    let far = UdpSocket::bind("127.0.0.1:0")?;
    far.set_read_timeout(Some(ARRIVAL))?;
    let near: Vec<UdpSocket> = (0..SOCKETS)
        .map(|_| {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.connect(far.local_addr()?)?;
            socket.set_read_timeout(Some(ARRIVAL))?;
            Ok(socket)
        })
        .collect::<std::io::Result<_>>()?;
    let keys: Vec<LessSafeKey> = near.iter().map(|_| key()).collect();
    let (mut packet, mut buffer) = ([0; BYTES], [0; 1500]);
    let mut rounds = Vec::new();
    let end = Instant::now() + Duration::from_millis(PACKETS_MS);
    while rounds.len() < MIN_ROUNDS || Instant::now() < end {
        let before = thread_cpu();
        for (socket, key) in near.iter().zip(&keys) {
            packet.fill(0);
            seal(key, &mut packet);
            socket.send(&packet)?;
        }
        let sent = thread_cpu();
        for _ in &near {
            let (_, from) = far.recv_from(&mut buffer)?;
            far.send_to(&packet, from)?;
        }
        let turned = thread_cpu();
        for (socket, key) in near.iter().zip(&keys) {
            let length = socket.recv(&mut buffer)?;
            open(key, &mut buffer[..length]);
        }
        let cpu = (sent - before) + (thread_cpu() - turned);
        rounds.push(cpu * 1e6 / (2 * SOCKETS) as f64);
    }
    Ok(rounds)
}

fn crypto_micros() -> f64 {
    let key = key();
    let mut packet = [0; BYTES];
    let turns = 2_000;
    let before = thread_cpu();
    for _ in 0..turns {
        packet.fill(0);
        seal(&key, &mut packet);
        open(&key, &mut packet);
    }
    (thread_cpu() - before) * 1e6 / f64::from(2 * turns)
}

/// CPU µs of a timed wait, and how late it ended (95th percentile), µs.
fn wakes() -> (f64, f64) {
    let before = thread_cpu();
    let mut lateness: Vec<f64> = (0..WAKES)
        .map(|_| {
            let begun = Instant::now();
            std::thread::sleep(WAKE_INTERVAL);
            begun.elapsed().saturating_sub(WAKE_INTERVAL).as_secs_f64() * 1e6
        })
        .collect();
    let cpu = thread_cpu() - before;
    lateness.sort_by(f64::total_cmp);
    (cpu * 1e6 / WAKES as f64, quantile(&lateness, 0.95))
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
}

fn key() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[7; 16]).expect("16 bytes are a key"))
}

fn seal(key: &LessSafeKey, packet: &mut [u8]) {
    let (header, rest) = packet.split_at_mut(HEADER);
    let (payload, tag) = rest.split_at_mut(rest.len() - TAG);
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    if let Ok(sealed) = key.seal_in_place_separate_tag(nonce, Aad::from(&*header), payload) {
        tag.copy_from_slice(sealed.as_ref());
    }
}

fn open(key: &LessSafeKey, packet: &mut [u8]) {
    if packet.len() < HEADER + TAG {
        return;
    }
    let (header, body) = packet.split_at_mut(HEADER);
    // A datagram of another process does not decrypt, and costs as much.
    let _ = key.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(&*header), body);
}

fn thread_cpu() -> f64 {
    clock::thread_cpu_ns() as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_what_a_packet_takes() {
        let speed = measure().expect("UDP on loopback");
        assert!(speed.best_micros > 0.0 && speed.best_micros <= speed.micros_per_packet);
        assert!(speed.micros_per_packet <= speed.worst_micros);
        assert!(speed.crypto_micros > 0.0);
        assert!(speed.wake_micros > 0.0 && speed.wake_lateness_micros >= 0.0);
    }

    #[test]
    fn a_quantile_of_nothing_is_unknown() {
        assert!(quantile(&[], 0.5).is_nan());
        assert_eq!(quantile(&[1.0, 2.0, 3.0], 0.5), 2.0);
    }
}
