import { connect } from 'node:net';
import { scopeOfAddress } from '@livekit-swarm/host';

/** Kind of a program that answers on a port that users should not reach. */
export type ServiceKind = 'redis' | 'redis_with_password' | 'metrics' | 'profiler';

/** An address on which open ports are searched. */
export interface LookedAt {
  address: string;
  /** The user named its host for this: it is searched in any scope. */
  isNamed: boolean;
}

export interface OpenService {
  address: string;
  port: number;
  kind: ServiceKind;
}

/**
 * Well-known ports: Redis; livekit-server's prometheus.port and debug_handler.port (since 1.13.2)
 * in its sample configuration; Prometheus; Go's profiler.
 */
export const WELL_KNOWN_PORTS = [6379, 6789, 7070, 9090, 6060] as const;

/** Evidence of a check that passes although ports were not searched. */
export const notSearched = (services: readonly OpenService[] | null): string[] =>
  services === null
    ? ['seen through the URL alone: no address is public, so no port was tried (--closed-port)']
    : [];

const TIMEOUT_MS = 1_500;
const MAX_ANSWER = 65_536;

/**
 * Searches for services.
 * @returns null if the well-known ports are requested and no address is public: on the user's own
 * host they may be open
 */
export const findServices = async (
  addresses: readonly LookedAt[],
  ports: readonly number[] | null,
): Promise<OpenService[] | null> => {
  const looked = searched(addresses, ports);
  if (looked.length === 0) return null;
  const found = await Promise.all(
    looked.flatMap(({ address }) =>
      (ports ?? WELL_KNOWN_PORTS).map(async (port) => {
        const kind = await kindAt(address, port);
        return kind === null ? [] : [{ address, port, kind }];
      }),
    ),
  );
  return found.flat();
};

/** Addresses to search: on the user's own host, unless named, ports may be open. */
export const searched = (
  addresses: readonly LookedAt[],
  ports: readonly number[] | null,
): LookedAt[] =>
  addresses.filter(
    ({ address, isNamed }) => isNamed || ports !== null || scopeOfAddress(address) === 'public',
  );

const kindAt = async (address: string, port: number): Promise<ServiceKind | null> => {
  const said = await ask(address, port, 'PING\r\n');
  if (said === null) return null;
  const redis = redisKind(said);
  if (redis !== null) return redis;
  for (const [path, kind] of HTTP_PATHS) {
    const request = `GET ${path} HTTP/1.0\r\nHost: ${address}\r\nConnection: close\r\n\r\n`;
    if (isService(kind, (await ask(address, port, request)) ?? '')) return kind;
  }
  return null;
};

const HTTP_PATHS = [
  ['/metrics', 'metrics'],
  ['/debug/pprof/', 'profiler'],
] as const;

/** Kind of a Redis by its answer to PING: +PONG, a password is required, or protected mode. */
export const redisKind = (answer: string): ServiceKind | null => {
  if (answer.startsWith('+PONG')) return 'redis';
  return /^-(NOAUTH|DENIED|NOPERM|WRONGPASS)/.test(answer) ? 'redis_with_password' : null;
};

/** Returns true if an HTTP answer, with or without a header, is that of the service. */
export const isService = (kind: 'metrics' | 'profiler', answer: string): boolean => {
  if (!/^(HTTP\/1\.[01] 200|[^H])/.test(answer)) return false;
  return kind === 'metrics'
    ? /^# (HELP|TYPE) \w+/m.test(answer)
    : /\/debug\/pprof\/|goroutine \d+ \[|goroutine\?debug=/.test(answer);
};

/** Answer of a port to a request over TCP; empty: none within the time limit; null: no connection. */
export const ask = (host: string, port: number, request: string): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    let answer = '';
    let connected = false;
    const end = (): void => {
      socket.destroy();
      resolve(connected ? answer : null);
    };
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      connected = true;
      socket.write(request);
    });
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > MAX_ANSWER || redisKind(answer) !== null) end();
    });
    socket.once('timeout', end);
    socket.once('error', end);
    socket.once('close', end);
  });
