/**
 * Name by which clients of a lab find its load balancer: a name server, and two addresses, of which
 * the name has one. What arrives at either is passed on to the load balancer, or to that of a site.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { SwarmError } from '@livekit-swarm/settings';
import { ENTRANCES, type Entrance, type NameControl } from '../targets/name-control.ts';
import { answerRequest } from './name-answer.ts';

/** The operating system knows the name, too: programs that do not ask the name server find the first entrance. */
const NAME = 'localhost';

const ADDRESSES: Readonly<Record<Entrance, string>> = { first: '127.0.0.1', second: '127.0.0.2' };

/** Connections that arrived at one address since the last observation. */
export interface Arrivals {
  address: string;
  count: number;
  /** Monotonic time of the first and last of them, ms. */
  firstAtMs: number;
  lastAtMs: number;
}

export interface NameService extends AsyncDisposable {
  /** Signal URL with the name. */
  readonly url: string;
  /** Address of the name server: `127.0.0.1:40123`. */
  readonly server: string;
  readonly ttlMs: number;
  readonly control: NameControl;
  /** Adds a listener for each change of the name's address. */
  onMove(listener: (to: string) => void): void;
  takeArrivals(): Arrivals[];
}

const PORT_ATTEMPTS = 10;

/**
 * Starts the name server and both entrances.
 * @param balancers signal URLs of the load balancers behind each entrance
 * @throws SwarmError `no_ports`
 */
export const startNameService = async (
  balancers: Readonly<Record<Entrance, string>>,
  ttlMs: number,
): Promise<NameService> => {
  const arrivals = new Map<string, Arrivals>();
  let changes = 0;
  const entrances = await openEntrances(balancers, (address) => {
    const at = performance.now();
    // Those before and after a change are counted apart.
    const key = `${changes} ${address}`;
    const known = arrivals.get(key) ?? { address, count: 0, firstAtMs: at, lastAtMs: at };
    arrivals.set(key, { ...known, count: known.count + 1, lastAtMs: at });
  });
  let present: Entrance = 'first';
  let closing: NodeJS.Timeout | undefined;
  const moves = new Set<(to: string) => void>();

  const socket = createSocket('udp4');
  socket.on('message', (request, { port, address }) => {
    const ttlSeconds = Math.round(ttlMs / 1_000);
    const answer = answerRequest(request, {
      ...{ name: NAME, address: ADDRESSES[present], ttlSeconds },
    });
    if (answer !== null) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  const url = new URL(balancers.first);
  url.hostname = NAME;
  url.port = String(entrances.port);
  return {
    url: url.href.replace(/\/$/, ''),
    server: `127.0.0.1:${socket.address().port}`,
    ttlMs,
    control: {
      present: async () => present,
      move: async (to, closeAfterMs) => {
        if (to === present) return;
        clearTimeout(closing);
        await entrances.open(to);
        const before = present;
        present = to;
        changes++;
        for (const listener of moves) listener(ADDRESSES[to]);
        if (closeAfterMs !== null)
          closing = setTimeout(() => entrances.close(before), closeAfterMs).unref();
      },
    },
    onMove: (listener) => void moves.add(listener),
    takeArrivals: () => {
      const taken = [...arrivals.values()];
      arrivals.clear();
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      clearTimeout(closing);
      socket.close();
      for (const entrance of ENTRANCES) entrances.close(entrance);
    },
  };
};

/** Listens at one port of both addresses, and passes connections on to a port of loopback. */
const openEntrances = async (
  balancers: Readonly<Record<Entrance, string>>,
  onConnection: (address: string) => void,
) => {
  const forward = (entrance: Entrance) =>
    forwarder(Number(new URL(balancers[entrance]).port), () => onConnection(ADDRESSES[entrance]));
  const servers = { first: forward('first'), second: forward('second') };
  for (let attempt = 1; ; attempt++) {
    const port = await servers.first.listen(0, ADDRESSES.first);
    try {
      await servers.second.listen(port, ADDRESSES.second);
      return {
        port,
        open: async (entrance: Entrance): Promise<void> => {
          await servers[entrance].listen(port, ADDRESSES[entrance]);
        },
        close: (entrance: Entrance) => servers[entrance].close(),
      };
    } catch (error) {
      servers.first.close();
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || attempt >= PORT_ATTEMPTS)
        throw new SwarmError(
          'no_ports',
          `no port is free at ${ADDRESSES.first} and ${ADDRESSES.second}`,
          'all of 127.0.0.0/8 is on loopback on Linux; elsewhere, leave lab.dns out',
          { cause: error },
        );
    }
  }
};

const forwarder = (targetPort: number, onConnection: () => void) => {
  let server: Server | null = null;
  const open = new Set<Socket>();
  const accept = (client: Socket): void => {
    onConnection();
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    open.add(client);
    // One end of the pair that closes or fails ends the other one.
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.once('close', () => to.destroy());
      from.pipe(to);
    }
    client.once('close', () => open.delete(client));
  };
  return {
    /** Listens, if it does not yet. @returns its port */
    listen: async (port: number, host: string): Promise<number> => {
      if (server !== null) return port;
      const next = createServer(accept);
      next.listen(port, host);
      await once(next, 'listening');
      server = next;
      return (next.address() as AddressInfo).port;
    },
    close: (): void => {
      server?.close();
      server = null;
      for (const client of open) client.destroy();
    },
  };
};
