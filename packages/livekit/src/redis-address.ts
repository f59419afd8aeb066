import type { RedisOptions } from 'ioredis';

/** Protocols of Redis URLs: plain or TLS, to a server or to Sentinels. */
export const REDIS_PROTOCOLS = [
  'redis:',
  'rediss:',
  'redis+sentinel:',
  'rediss+sentinel:',
] as const;

const DEFAULT_PORT = 6_379;
const DEFAULT_SENTINEL_PORT = 26_379;

/**
 * Options of a Redis client for a URL. `redis://:password@host:6379/0` names a server, `rediss://`
 * one with TLS; `redis+sentinel://:password@host:26379/0?master=NAME&sentinel=host2:26379` names
 * Sentinels, which tell the present primary. Sentinels have the password of the server, if any.
 * @throws TypeError for text that is not a URL; Error for Sentinels without a master name
 */
export const redisOptionsOf = (url: string): RedisOptions => {
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  const database = /^\/(\d+)$/.exec(pathname)?.[1];
  const secret = decodeURIComponent(password);
  const common: RedisOptions = {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(secret === '' ? {} : { password: secret }),
    ...(database === undefined ? {} : { db: Number(database) }),
    ...(protocol.startsWith('rediss') ? { tls: {} } : {}),
  };
  if (!protocol.endsWith('+sentinel:'))
    return { ...common, host: plainHost(hostname), port: Number(port || DEFAULT_PORT) };
  const name = searchParams.get('master');
  if (name === null || name === '')
    throw new Error(
      'the URL names Sentinels, but not the servers that they watch: add ?master=NAME (sentinel_master_name of livekit-server)',
    );
  const first = { host: plainHost(hostname), port: Number(port || DEFAULT_SENTINEL_PORT) };
  return {
    ...common,
    name,
    sentinels: [first, ...searchParams.getAll('sentinel').map(addressOf)],
    ...(secret === '' ? {} : { sentinelPassword: secret }),
    ...(protocol.startsWith('rediss') ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    sentinelRetryStrategy: () => null,
  };
};

const addressOf = (text: string): { host: string; port: number } => {
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: plainHost(hostname), port: Number(port || DEFAULT_SENTINEL_PORT) };
};

/** Host without the brackets of an IPv6 address. */
const plainHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
