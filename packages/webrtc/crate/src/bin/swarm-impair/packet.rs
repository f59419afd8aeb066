//! Reads from a packet which flow it belongs to, and what a link carries of it.

const TCP: u8 = 6;
const UDP: u8 = 17;

/// One direction of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Flow {
    outbound: bool,
    protocol: u8,
    addresses: [u8; 8],
    ports: [u8; 4],
}

impl Flow {
    /// The flow that represents all flows of a direction.
    pub(crate) fn shared(self) -> Self {
        Self { protocol: 0, addresses: [0; 8], ports: [0; 4], ..self }
    }
}

/// The flow of an IPv4 packet, and the payload of UDP or TCP (RFC 791 §3.1, RFC 768, RFC 9293
/// §3.1). All packets that cannot be read are one flow.
pub(crate) fn read(bytes: &[u8], outbound: bool) -> (Flow, &[u8]) {
    let unknown = Flow { outbound, protocol: 0, addresses: [0; 8], ports: [0; 4] };
    let header = usize::from(bytes.first().map_or(0, |first| first & 0x0f)) * 4;
    let (Some(protocol), Some(addresses)) =
        (bytes.get(9).copied(), bytes.get(12..20).and_then(|both| both.try_into().ok()))
    else {
        return (unknown, bytes);
    };
    let Some(transport) = bytes.get(header..).filter(|_| header >= 20) else {
        return (unknown, bytes);
    };
    let offset = match protocol {
        UDP => 8,
        TCP => usize::from(transport.get(12).map_or(5, |byte| byte >> 4)) * 4,
        _ => 0,
    };
    let ports = transport
        .get(..4)
        .filter(|_| offset > 0)
        .and_then(|both| both.try_into().ok())
        .unwrap_or_default();
    (Flow { outbound, protocol, addresses, ports }, transport.get(offset..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, UDP, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2];
        bytes.extend(from.to_be_bytes());
        bytes.extend(to.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn flows_and_their_directions_are_distinguished() {
        let (one, payload) = (udp(1000, 5000, b"media"), b"media");
        let (flow, found) = read(&one, false);
        assert_eq!(found, payload);
        assert_eq!(read(&udp(1000, 5000, b"more"), false).0, flow);
        assert_ne!(read(&udp(1001, 5000, b"media"), false).0, flow);
        assert_ne!(read(&one, true).0, flow);
        assert_eq!(read(&udp(1001, 5000, b"media"), false).0.shared(), flow.shared());
    }

    #[test]
    fn truncated_and_random_packets_never_panic() {
        let whole = udp(1, 2, b"x");
        for len in 0..whole.len() {
            read(&whole[..len], false);
        }
        for first in 0..=255 {
            let mut bytes = whole.clone();
            bytes[0] = first;
            read(&bytes, true);
            bytes[9] = TCP;
            read(&bytes, true);
        }
    }

    #[test]
    fn fuzz_packet() {
        bolero::check!().with_iterations(2_000).for_each(|bytes: &[u8]| {
            let (flow, payload) = read(bytes, true);
            assert!(payload.len() <= bytes.len());
            assert_eq!(read(bytes, true).0, flow);
            let packet = udp(1, 2, bytes);
            assert_eq!(read(&packet, true).1, bytes);
        });
    }
}
