//! Tests of a link, with a simulated clock.

use super::*;

const MS: u64 = 1_000_000;
const WALL: u64 = 1_700_000_000_000_000_000;

fn link(config: LinkConfig) -> Link {
    Link::new(config, Rng::with_seed(42), 0)
}

/// RTP of one stream with a sequence number, `len` bytes.
fn packet(ssrc: u32, sequence: u16, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len.max(12)];
    (bytes[0], bytes[1]) = (0x80, 96);
    bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
    bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
    bytes
}

fn sequence(datagram: &InTransit) -> u16 {
    u16::from_be_bytes([datagram.bytes[2], datagram.bytes[3]])
}

fn remote() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 7000))
}

fn enter(link: &mut Link, bytes: &[u8], now: u64) {
    link.enter(bytes, remote(), now, WALL + now);
}

/// Sends `count` packets of `len` bytes, one every `interval`, and returns those that left the
/// link: sequence number, when it entered, and when it left.
fn run(link: &mut Link, count: u64, interval: u64, len: usize) -> Vec<(u16, u64, u64)> {
    let mut out = Vec::new();
    let mut clock = 0;
    let mut next = 0;
    loop {
        let coming = if next < count { next * interval } else { u64::MAX };
        if coming == u64::MAX && link.due_at() == u64::MAX {
            return out;
        }
        clock = coming.min(link.due_at()).max(clock);
        if coming == clock {
            enter(link, &packet(9, next as u16, len), clock);
            next += 1;
        }
        while let Some(datagram) = link.leave(clock) {
            out.push((sequence(&datagram), datagram.entered, datagram.arrival() - WALL));
        }
    }
}

fn delays_ms(out: &[(u16, u64, u64)]) -> Vec<f64> {
    out.iter().map(|(_, entered, left)| (left - entered) as f64 / MS as f64).collect()
}

fn in_order(out: &[(u16, u64, u64)]) -> bool {
    out.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].2 <= pair[1].2)
}

#[test]
fn delay_is_constant_and_part_of_the_arrival_time() {
    let mut link = link(LinkConfig { delay: 50 * MS, ..LinkConfig::UNIMPAIRED });
    enter(&mut link, &packet(9, 1, 100), 7 * MS);
    assert_eq!(link.due_at(), 57 * MS);
    assert!(link.leave(57 * MS - 1).is_none());
    // Taken from the link late: its arrival is when it left the link.
    let datagram = link.leave(61 * MS).unwrap();
    assert_eq!((datagram.arrival(), datagram.address), (WALL + 57 * MS, remote()));
    assert_eq!(*datagram.bytes, *packet(9, 1, 100));
    assert_eq!(link.due_at(), u64::MAX);
}

#[test]
fn setting_the_wall_clock_moves_no_arrival() {
    let mut link = link(LinkConfig { delay: 50 * MS, ..LinkConfig::UNIMPAIRED });
    link.enter(&packet(9, 1, 100), remote(), MS, 5_000);
    link.enter(&packet(9, 2, 100), remote(), 2 * MS, WALL);
    assert_eq!(link.leave(u64::MAX).map(|datagram| datagram.arrival()), Some(5_000 + 50 * MS));
    assert_eq!(link.leave(u64::MAX).map(|datagram| datagram.arrival()), Some(WALL + 50 * MS));
}

#[test]
fn loss_is_counted_and_keeps_its_rate() {
    let mut link = link(LinkConfig { loss: 0.05, ..LinkConfig::UNIMPAIRED });
    let out = run(&mut link, 20_000, MS, 100);
    let lost = 20_000 - out.len() as u64;
    assert_eq!(link.stats, LinkStats { datagrams: 20_000, dropped: lost });
    // Binomial: 1,000 ± 31; four deviations.
    assert!((lost as f64 - 1000.0).abs() < 124.0, "{lost}");
    assert!(in_order(&out));
    assert!(delays_ms(&out).iter().all(|delay| *delay == 0.0));
}

#[test]
fn losses_depend_on_the_seed_and_not_on_the_time() {
    let config = LinkConfig { loss: 0.1, burst: 3.0, jitter: 5 * MS, ..LinkConfig::UNIMPAIRED };
    let lost = |interval| {
        run(&mut link(config), 1000, interval, 100)
            .into_iter()
            .map(|(sequence, ..)| sequence)
            .collect::<Vec<_>>()
    };
    assert_eq!(lost(MS), lost(17 * MS));
    let mut other = Link::new(config, Rng::with_seed(43), 0);
    assert_ne!(run(&mut other, 1000, MS, 100).len(), lost(MS).len());
}

#[test]
fn jitter_varies_the_delay_and_never_the_order() {
    for (jitter, interval) in [(5 * MS, 20 * MS), (30 * MS, MS), (200 * MS, MS / 10)] {
        let mut link = link(LinkConfig { delay: 20 * MS, jitter, ..LinkConfig::UNIMPAIRED });
        let out = run(&mut link, 10_000, interval, 100);
        assert_eq!(out.len(), 10_000);
        assert!(in_order(&out));
        assert!(delays_ms(&out).iter().all(|delay| *delay >= 20.0));
    }
}

#[test]
fn audio_has_the_configured_interarrival_jitter() {
    let mut link = link(LinkConfig { delay: 20 * MS, jitter: 8 * MS, ..LinkConfig::UNIMPAIRED });
    let delays = delays_ms(&run(&mut link, 20_000, 20 * MS, 100));
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    // RFC 3550 A.8
    let jitter = delays
        .windows(2)
        .fold(0.0, |jitter: f64, pair| jitter + ((pair[1] - pair[0]).abs() - jitter) / 16.0);
    let change = delays.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>()
        / (delays.len() - 1) as f64;
    // Being held up by those before adds a little.
    assert!((27.5..30.0).contains(&mean), "{mean}");
    assert!((7.5..9.0).contains(&change), "{change}");
    assert!(jitter > 3.0);
}

#[test]
fn the_configured_share_leaves_behind_the_next_of_its_stream() {
    for (delay, interval) in [(0, 20 * MS), (100 * MS, 20 * MS), (30 * MS, MS / 10)] {
        let mut link = link(LinkConfig { delay, reorder: 0.1, ..LinkConfig::UNIMPAIRED });
        let out = run(&mut link, 20_000, interval, 100);
        assert_eq!(out.len(), 20_000);
        assert!(
            out.windows(2).all(|pair| pair[0].2 <= pair[1].2),
            "out of the link in the order of time"
        );
        let late = out.windows(2).filter(|pair| pair[1].0 < pair[0].0).count();
        assert!((late as f64 - 2000.0).abs() < 170.0, "{late}");
        // By one place and no more.
        assert!(
            out.iter()
                .enumerate()
                .all(|(place, (sequence, ..))| place.abs_diff(*sequence as usize) <= 1)
        );
    }
}

#[test]
fn streams_are_reordered_independently() {
    let mut link = link(LinkConfig { reorder: 0.5, ..LinkConfig::UNIMPAIRED });
    for (at, (ssrc, sequence)) in [(1, 1), (2, 1), (2, 2), (1, 2)].into_iter().enumerate() {
        enter(&mut link, &packet(ssrc, sequence, 100), at as u64 * MS);
    }
    let mut out = Vec::new();
    while let Some(datagram) = link.leave(10 * MS) {
        out.push((datagram.bytes[11], sequence(&datagram)));
    }
    assert_eq!(out, [(2, 2), (2, 1), (1, 2), (1, 1)]);
}

#[test]
fn a_held_datagram_leaves_when_no_other_follows() {
    let mut link = link(LinkConfig { delay: 10 * MS, reorder: 0.5, ..LinkConfig::UNIMPAIRED });
    enter(&mut link, &packet(9, 1, 100), 0);
    assert_eq!(link.due_at(), 60 * MS);
    assert!(link.leave(59 * MS).is_none());
    assert_eq!(link.leave(60 * MS).map(|datagram| datagram.arrival()), Some(WALL + 60 * MS));
}

#[test]
fn a_rate_spaces_a_burst() {
    // 972 bytes and 28 of headers are 8,000 bits: 8 ms at 1 Mbit/s.
    let mut link = link(LinkConfig {
        rate: Some(1e6),
        queue: 1000 * MS,
        delay: 5 * MS,
        ..LinkConfig::UNIMPAIRED
    });
    let out = run(&mut link, 10, 0, 972);
    assert_eq!(delays_ms(&out), [13.0, 21.0, 29.0, 37.0, 45.0, 53.0, 61.0, 69.0, 77.0, 85.0]);
}

#[test]
fn excess_traffic_fills_the_queue_and_is_dropped() {
    // 2 Mbit/s into 1 Mbit/s for ten seconds.
    let mut link = link(LinkConfig { rate: Some(1e6), queue: 100 * MS, ..LinkConfig::UNIMPAIRED });
    let out = run(&mut link, 2500, 4 * MS, 972);
    let through = out.len() as f64;
    assert!((through - 1262.0).abs() < 3.0, "{through}");
    assert_eq!(link.stats.dropped, 2500 - out.len() as u64);
    let longest = delays_ms(&out).into_iter().fold(0.0, f64::max);
    assert!((100.0..=108.0).contains(&longest), "{longest}");
    assert!(in_order(&out));
}

#[test]
fn traffic_below_the_rate_is_not_delayed() {
    let mut link = link(LinkConfig { rate: Some(1e6), queue: 100 * MS, ..LinkConfig::UNIMPAIRED });
    let out = run(&mut link, 1000, 10 * MS, 972);
    assert_eq!(out.len(), 1000);
    assert!(delays_ms(&out).iter().all(|delay| *delay == 8.0));
}

#[test]
fn datagrams_in_flight_are_bounded_without_a_rate() {
    let mut link = link(LinkConfig { delay: 10_000 * MS, ..LinkConfig::UNIMPAIRED });
    for i in 0..MAX_IN_FLIGHT as u64 + 100 {
        enter(&mut link, &packet(9, i as u16, 12), i);
    }
    assert_eq!(link.stats, LinkStats { datagrams: MAX_IN_FLIGHT as u64 + 100, dropped: 100 });
}

#[test]
fn random_bytes_never_panic() {
    let mut link = link(LinkConfig {
        reorder: 0.5,
        loss: 0.5,
        burst: 2.0,
        jitter: MS,
        rate: Some(1e9),
        queue: MS,
        ..LinkConfig::UNIMPAIRED
    });
    let mut rng = Rng::with_seed(8);
    for now in 0..20_000 {
        let bytes: Vec<u8> = (0..rng.usize(0..20)).map(|_| rng.u8(..)).collect();
        enter(&mut link, &bytes, now * 10_000);
        while link.leave(now * 10_000).is_some() {}
    }
    while link.leave(u64::MAX).is_some() {}
    assert_eq!(link.due_at(), u64::MAX);
}

/// The packets of one TCP connection, one every `interval`: when each entered and left, in ms.
fn run_stream(link: &mut Link, count: u64, interval: u64, len: usize) -> Vec<(f64, f64)> {
    for next in 0..count {
        link.enter_stream(
            &packet(9, next as u16, len),
            remote(),
            next * interval,
            WALL + next * interval,
        );
    }
    let ms = |ns: u64| ns as f64 / MS as f64;
    let out: Vec<_> = std::iter::from_fn(|| link.leave(u64::MAX)).collect();
    assert!(out.windows(2).all(|pair| sequence(&pair[0]) < sequence(&pair[1])));
    out.iter().map(|one| (ms(one.entered), ms(one.arrival() - WALL))).collect()
}

#[test]
fn tcp_sends_again_what_is_lost_and_the_packets_behind_it_wait() {
    let lossy = LinkConfig { loss: 0.05, delay: 30 * MS, reorder: 0.2, ..LinkConfig::UNIMPAIRED };
    let mut lossy = link(lossy);
    let out = run_stream(&mut lossy, 10_000, 5 * MS, 200);
    assert_eq!((out.len(), lossy.stats.dropped), (10_000, 0));
    let delays: Vec<f64> = out.iter().map(|(entered, left)| left - entered).collect();
    // A round trip of 60 ms, a quarter of it, and the way of 30 ms.
    let repeated = delays.iter().filter(|delay| (104.9..105.1).contains(*delay)).count();
    assert!((350..500).contains(&repeated), "{repeated}");
    let undelayed = delays.iter().filter(|delay| (29.9..30.1).contains(*delay)).count();
    // One in twenty, and up to 15 behind each.
    assert!((3_000..6_500).contains(&undelayed), "{undelayed}");
    assert!(delays.iter().all(|delay| *delay >= 29.9));
}

#[test]
fn a_tcp_sender_holds_back_what_the_link_does_not_carry_up_to_its_buffer() {
    let narrow = LinkConfig { rate: Some(1e6), queue: 50 * MS, ..LinkConfig::UNIMPAIRED };
    let mut narrow = link(narrow);
    // 2 Mbit/s.
    let out = run_stream(&mut narrow, 4_000, MS, 222);
    let longest = out.iter().map(|(entered, left)| left - entered).fold(0.0, f64::max);
    // 256 kB at 1 Mbit/s.
    assert!((2_000.0..2_200.0).contains(&longest), "{longest}");
    assert_eq!(out.len() as u64 + narrow.unsent, 4_000);
    assert!(narrow.unsent > 500 && narrow.stats.dropped == narrow.unsent, "{}", narrow.unsent);
}

#[test]
fn a_link_that_loses_everything_delivers_nothing_of_a_tcp_connection() {
    let mut dead = link(LinkConfig { loss: 1.0, ..LinkConfig::UNIMPAIRED });
    for number in 1..100 {
        dead.enter_stream(&packet(9, number, 100), remote(), 0, WALL);
    }
    assert!(dead.leave(1_000_000 * MS).is_none());
    assert_eq!((dead.stats.datagrams, dead.stats.dropped), (99, 99));
}

#[test]
fn datagrams_do_not_wait_for_a_tcp_connection() {
    let lossy = LinkConfig { loss: 0.9, burst: 10.0, delay: 30 * MS, ..LinkConfig::UNIMPAIRED };
    let mut lossy = link(lossy);
    lossy.enter_stream(&packet(9, 1, 100), remote(), 0, WALL);
    let sent = (1..200).map(|next| next * MS);
    for at in sent {
        enter(&mut lossy, &packet(9, 2, 100), at);
        while let Some(datagram) = lossy.leave(at + 30 * MS) {
            let waited = datagram.arrival() - WALL - datagram.entered;
            assert!(sequence(&datagram) == 1 || waited == 30 * MS);
        }
    }
}
