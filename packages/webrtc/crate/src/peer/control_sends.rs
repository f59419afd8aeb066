//! Packets that a peer sends beside media (STUN, DTLS, data, RTCP), and those that the kernel
//! refuses. They show whether a peer that never connected was prevented by its own host.

use std::io;
use std::net::SocketAddr;

/// Counters of one address family.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FamilySends {
    /// Packets that were handed to the kernel.
    pub tried: u64,
    /// Packets that the kernel refused: error number of the operating system, packets.
    pub rejected: Vec<(i32, u64)>,
}

/// Counters of both address families.
#[derive(Debug, Default)]
pub struct ControlSends {
    ipv4: FamilySends,
    ipv6: FamilySends,
}

impl ControlSends {
    /// Counts a packet.
    pub fn on_send(&mut self, to: SocketAddr) {
        self.family_of(to).tried += 1;
    }

    /// Counts a packet that the kernel refused.
    pub fn on_rejected(&mut self, to: SocketAddr, error: &io::Error) {
        let errno = error.raw_os_error().unwrap_or_default();
        let rejected = &mut self.family_of(to).rejected;
        match rejected.iter_mut().find(|(known, _)| *known == errno) {
            Some((_, packets)) => *packets += 1,
            None => rejected.push((errno, 1)),
        }
    }

    /// Number (4, 6) and counters of the families in which anything was sent.
    pub fn families(&self) -> impl Iterator<Item = (u32, &FamilySends)> {
        [(4, &self.ipv4), (6, &self.ipv6)].into_iter().filter(|(_, sends)| sends.tried > 0)
    }

    fn family_of(&mut self, to: SocketAddr) -> &mut FamilySends {
        if to.is_ipv6() { &mut self.ipv6 } else { &mut self.ipv4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_kept_apart_by_family_and_by_error() {
        let mut sends = ControlSends::default();
        let (v4, v6) = ("192.0.2.1:9".parse().unwrap(), "[2001:db8::1]:9".parse().unwrap());
        let error = io::Error::from_raw_os_error;
        for (to, errno) in [(v4, libc::EPERM), (v4, libc::ENOBUFS), (v4, libc::EPERM)] {
            sends.on_send(to);
            sends.on_rejected(to, &error(errno));
        }
        sends.on_send(v6);
        let ipv4 = FamilySends { tried: 3, rejected: vec![(libc::EPERM, 2), (libc::ENOBUFS, 1)] };
        let ipv6 = FamilySends { tried: 1, rejected: Vec::new() };
        assert_eq!(sends.families().collect::<Vec<_>>(), [(4, &ipv4), (6, &ipv6)]);
    }

    #[test]
    fn a_family_that_nothing_was_sent_in_is_not_listed() {
        assert_eq!(ControlSends::default().families().count(), 0);
    }
}
