import { findUdpRange, type ServerPorts, UNFETCHABLE_PORTS } from '@livekit-swarm/host';
import getPort, { portNumbers } from 'get-port';

/**
 * Ports for many programs at once. They are chosen before any program binds, so each is chosen only
 * once.
 */
export interface ClusterPorts {
  tcp(): Promise<number>;
  udp(): Promise<number>;
  node(): Promise<ServerPorts>;
}

/** First port of the range, below the ephemeral ports. */
const FROM = 10_000;
const TO = 30_000;
const SEARCHED = 1_500;
/** Number of multiplexed UDP ports of one node. */
const UDP_PORTS = 2;

export const createClusterPorts = (host = '127.0.0.1'): ClusterPorts => {
  const tcpTaken = new Set<number>(UNFETCHABLE_PORTS);
  const udpTaken = new Set<number>();
  const tcp = async (): Promise<number> => {
    const from = FROM + Math.floor(Math.random() * (TO - FROM));
    const port = await getPort({
      host,
      port: portNumbers(from, from + SEARCHED),
      exclude: tcpTaken,
    });
    tcpTaken.add(port);
    return port;
  };
  const udp = async (count: number): Promise<number> => {
    for (;;) {
      const first = await findUdpRange(host, count);
      const range = Array.from({ length: count }, (_, index) => first + index);
      if (range.some((port) => udpTaken.has(port))) continue;
      for (const port of range) udpTaken.add(port);
      return first;
    }
  };
  return {
    tcp,
    udp: () => udp(1),
    node: async () => {
      const udpFirst = await udp(UDP_PORTS);
      return {
        http: await tcp(),
        metrics: await tcp(),
        udpFirst,
        udpLast: udpFirst + UDP_PORTS - 1,
      };
    },
  };
};
