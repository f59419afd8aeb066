use rtcp_types::prelude::*;
use rtcp_types::{TransportFeedback as Message, TwccBuilder, TwccPacketStatus};

use super::*;

const SECOND: u64 = 1_000 * MS;
const PACKET: usize = 1_200;
/// Zero of the remote's clock, which has nothing to do with this one, ns.
const REMOTE_ZERO: u64 = 77_777 * SECOND;

/// Feedback on `statuses` from sequence number `base` on, as the remote would send it.
fn feedback(base: u16, reference: u64, statuses: &[TwccPacketStatus]) -> Vec<u8> {
    let twcc = TwccBuilder::new(base, (reference & 0xff_ffff) as u32, 0, statuses, None);
    let message = Message::builder_owned(twcc).sender_ssrc(1).media_ssrc(2);
    let mut bytes = vec![0; message.calculate_size().unwrap()];
    message.write_into(&mut bytes).unwrap();
    bytes
}

fn take(control: &mut CongestionControl, bytes: &[u8], now: u64) {
    let message = Message::parse(bytes).unwrap();
    control.on_feedback(&message.parse_fci::<Twcc<'_>>().unwrap(), now);
}

/// A sender at the estimated rate behind a link with a queue of half a second.
struct Path {
    control: CongestionControl,
    link_bps: f64,
    now: u64,
    free_at: u64,
    sequence: u16,
    /// Sequence number and arrival; `None`: dropped.
    arrivals: Vec<(u16, Option<u64>)>,
    sent_bits: f64,
}

impl Path {
    fn new(link_bps: f64) -> Self {
        let mut control = CongestionControl::new(SECOND);
        control.set_wanted(Wanted { full: 2_500_000.0, padded: 0.0 }, SECOND);
        Self {
            control,
            link_bps,
            now: SECOND,
            free_at: 0,
            // Soon around the corner.
            sequence: u16::MAX - 20,
            arrivals: Vec::new(),
            sent_bits: 0.0,
        }
    }

    fn send(&mut self, now: u64) {
        self.control.on_sent(self.sequence, PACKET, now);
        self.sent_bits += (PACKET * 8) as f64;
        let turn = self.free_at.max(now);
        let dropped = turn - now > SECOND / 2;
        if !dropped {
            self.free_at = turn + ((PACKET + 28) as f64 * 8e9 / self.link_bps) as u64;
        }
        self.arrivals.push((self.sequence, (!dropped).then_some(self.free_at + 20 * MS)));
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Feedback every 100 ms on what has arrived.
    fn report(&mut self, now: u64) {
        let until = self.arrivals.iter().rposition(|(_, at)| at.is_some_and(|at| at <= now));
        let Some(until) = until else { return };
        let reported: Vec<_> = self.arrivals.drain(..=until).collect();
        let reference =
            (REMOTE_ZERO + reported.iter().find_map(|(_, at)| *at).unwrap()) / (64 * MS);
        let mut last = (reference * 64 * MS) as i64;
        let status = |&(_, at): &(u16, Option<u64>)| match at {
            None => TwccPacketStatus::NotReceived,
            Some(at) => {
                let delta = ((REMOTE_ZERO + at) as i64 - last) / 250_000;
                last += delta * 250_000;
                TwccPacketStatus::Received { delta: delta as i16 }
            }
        };
        let statuses: Vec<_> = reported.iter().map(status).collect();
        take(&mut self.control, &feedback(reported[0].0, reference, &statuses), now);
    }

    /// Sends media at `share` of the estimate, at most at `most`, and returns the mean estimate of
    /// the last five seconds.
    fn run(&mut self, seconds: u64, most: f64) -> f64 {
        let (mut media_bits, mut estimates) = (0.0_f64, Vec::new());
        let end = self.now + seconds * SECOND;
        while self.now < end {
            let now = self.now;
            self.control.on_timer(now);
            media_bits += self.control.target_bps().min(most) * 0.002;
            while media_bits > 0.0 && self.control.pacer.media_at(now) <= now {
                self.send(now);
                media_bits -= (PACKET * 8) as f64;
            }
            while self.control.wants_padding(now) {
                self.send(now);
            }
            if (now / MS).is_multiple_of(100) {
                self.report(now);
            }
            if now + 5 * SECOND > end {
                estimates.push(self.control.target_bps());
            }
            self.now += 2 * MS;
        }
        estimates.iter().sum::<f64>() / estimates.len() as f64
    }
}

#[test]
fn the_estimate_finds_the_bandwidth_of_the_link() {
    for link_bps in [300_000.0, 800_000.0, 2_000_000.0] {
        let estimate = Path::new(link_bps).run(25, f64::MAX);
        let share = estimate / link_bps;
        assert!((0.7..1.1).contains(&share), "{estimate} of {link_bps}");
    }
}

#[test]
fn the_estimate_follows_a_link_that_changes() {
    let mut path = Path::new(2_000_000.0);
    path.run(15, f64::MAX);
    path.link_bps = 500_000.0;
    let narrow = path.run(20, f64::MAX);
    assert!((300_000.0..600_000.0).contains(&narrow), "{narrow}");
    path.link_bps = 2_000_000.0;
    let wide = path.run(30, f64::MAX);
    assert!(wide > 1_200_000.0, "{wide}");
}

#[test]
fn probes_find_bandwidth_that_media_does_not_use() {
    let estimate = Path::new(10_000_000.0).run(10, 200_000.0);
    assert!(estimate > 900_000.0, "{estimate}");
}

#[test]
fn without_feedback_the_estimate_does_not_grow() {
    let mut control = CongestionControl::new(SECOND);
    for step in 0..400 {
        let now = SECOND + step * 25 * MS;
        assert!(control.on_timer(now));
        assert!(!control.on_timer(now + MS));
        assert!(control.due_at() > now + MS, "the thread would never rest");
        control.on_sent(step as u16, PACKET, now);
    }
    assert!(control.target_bps() <= START_BPS as f64, "{}", control.target_bps());
}

#[test]
fn feedback_on_what_was_never_sent_is_ignored() {
    let mut control = CongestionControl::new(SECOND);
    control.on_timer(SECOND);
    let received = [TwccPacketStatus::Received { delta: 4 }; 30];
    take(&mut control, &feedback(500, 1, &received), SECOND + MS);
    control.on_sent(10, PACKET, SECOND + 2 * MS);
    take(&mut control, &feedback(500, 2, &received), SECOND + 3 * MS);
    take(&mut control, &feedback(10, 3, &[TwccPacketStatus::NotReceived]), SECOND + 4 * MS);
    assert_eq!(control.target_bps(), START_BPS as f64);
}
