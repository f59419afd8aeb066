import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { SwarmError } from '@livekit-swarm/settings';
import getPort from 'get-port';

/** Loopback ports of one livekit-server. */
export interface ServerPorts {
  /** HTTP and WebSocket port. */
  http: number;
  /** Port of the Prometheus metrics. */
  metrics: number;
  /** First of the consecutive, multiplexed UDP ports. */
  udpFirst: number;
  /** Last of the UDP ports, inclusive. */
  udpLast: number;
}

/**
 * Range below the ephemeral ports, so that no client takes a port between this check and the
 * server's bind.
 */
const UDP_FROM = 10_000;
const UDP_TO = 32_000;
const ATTEMPTS = 50;

/**
 * Finds ports that are free at the moment, `udpPorts` of them consecutive. A caller whose bind
 * fails calls it again.
 */
export const findFreePorts = async (host: string, udpPorts: number): Promise<ServerPorts> => {
  const exclude = UNFETCHABLE_PORTS;
  const [http, metrics] = await Promise.all([
    getPort({ host, exclude }),
    getPort({ host, exclude }),
  ]);
  const udpFirst = await findUdpRange(host, udpPorts);
  return { http, metrics, udpFirst, udpLast: udpFirst + udpPorts - 1 };
};

/**
 * Finds `count` consecutive UDP ports that are free at the moment.
 * @returns the first of them
 * @throws SwarmError `no_ports`
 */
export const findUdpRange = async (host: string, count: number): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = randomInt(UDP_FROM, UDP_TO - count);
    const free = await Promise.all(
      Array.from({ length: count }, (_, index) => canBindUdp(host, first + index)),
    );
    if (free.every(Boolean)) return first;
  }
  throw new SwarmError(
    'no_ports',
    `no ${count} consecutive free UDP ports on ${host} between ${UDP_FROM} and ${UDP_TO}`,
    '"ss -lun" shows which processes use them',
  );
};

const canBindUdp = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr: false });
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)));
  });

/**
 * Ports above 1023 that `fetch` and browsers reject ("bad port"): Fetch standard, section "Port
 * blocking".
 */
export const UNFETCHABLE_PORTS: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10_080,
];
