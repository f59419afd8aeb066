import { connect } from 'node:net';
import { SwarmError } from '@livekit-swarm/settings';
import type { LiveKitConfig } from '../server/config.ts';

/** Mode of a Redis server, as it names itself. */
type Mode = 'standalone' | 'sentinel' | 'cluster';

const TIMEOUT_MS = 2_000;
const MAX_ANSWER = 65_536;

/**
 * Checks the Redis that the configuration of nodes names: livekit-server reports a Sentinel in the
 * place of a server only by commands that it does not know.
 * @throws SwarmError `bad_config` for a Sentinel or a node of a cluster in `redis.address`, and for
 * a server in `redis.sentinel_addresses`
 */
export const checkNodeRedis = async ({ redis }: LiveKitConfig): Promise<void> => {
  if (typeof redis !== 'object' || redis === null) return;
  const { address, password, username, sentinel_addresses, sentinel_password } =
    redis as LiveKitConfig;
  if (typeof address === 'string') {
    const mode = await modeAt(address, loginOf(username, password));
    if (mode === 'sentinel')
      throw wrong(
        `redis.address ${address} is a Redis Sentinel, which holds no keys`,
        `write redis: { sentinel_master_name: NAME, sentinel_addresses: [${address}] }; "redis-cli -p PORT sentinel masters" lists the names`,
      );
    if (mode === 'cluster')
      throw wrong(
        `redis.address ${address} is a node of a Redis Cluster, which has a part of the keys`,
        `write redis: { cluster_addresses: [${address}] }`,
      );
  }
  for (const one of Array.isArray(sentinel_addresses) ? sentinel_addresses : []) {
    const mode = await modeAt(String(one), loginOf(undefined, sentinel_password));
    if (mode === null || mode === 'sentinel') continue;
    throw wrong(
      `redis.sentinel_addresses: ${one} is a Redis server, not a Sentinel`,
      `write redis: { address: ${one} }`,
    );
  }
};

const wrong = (message: string, hint: string): SwarmError =>
  new SwarmError('bad_config', message, hint);

const loginOf = (username: unknown, password: unknown): string => {
  if (typeof password !== 'string' || password === '') return '';
  const user = typeof username === 'string' && username !== '' ? `${username} ` : '';
  return `AUTH ${user}${password}\r\n`;
};

/** Mode of the server at an address; null: it does not answer, or not without TLS. */
const modeAt = (address: string, login: string): Promise<Mode | null> =>
  new Promise((resolve) => {
    const url = URL.parse(`redis://${address}`);
    if (url === null) return resolve(null);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = connect({ host, port: Number(url.port || 6_379), timeout: TIMEOUT_MS });
    let answer = '';
    const end = (): void => {
      socket.destroy();
      const mode = /^redis_mode:(standalone|sentinel|cluster)/m.exec(answer)?.[1];
      resolve((mode as Mode | undefined) ?? null);
    };
    socket.setEncoding('latin1');
    socket.once('connect', () => socket.write(`${login}INFO server\r\nQUIT\r\n`));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > MAX_ANSWER) end();
    });
    socket.once('timeout', end).once('error', end).once('close', end);
  });
