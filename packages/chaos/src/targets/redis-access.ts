import { kindOfRedis, kindOfRedisError, redisKindText } from '@livekit-swarm/livekit';
import { hasErrorCode, messageOf, SwarmError } from '@livekit-swarm/settings';
import { Redis } from 'ioredis';
import type { Component, Platform, RedisLogin } from './platform.ts';

/** Access to one Redis component: from this host over TCP, otherwise with its own redis-cli. */
export interface RedisAccess extends AsyncDisposable {
  /**
   * @throws SwarmError `fault_unavailable` when this Redis does not hold all keys of a deployment:
   * a node of a cluster, or a Sentinel
   */
  expectSingle(): Promise<void>;
  /** Sends a command of the server itself, such as CONFIG or ROLE; its reply as lines. */
  command(...argv: string[]): Promise<string[]>;
  /** Numbers of databases that contain keys. */
  databases(): Promise<number[]>;
  /** IDs of the nodes of LiveKit that are registered in a database. */
  nodeIds(database: number): Promise<string[]>;
  /** Iterates over all keys, in portions. */
  keys(database: number): AsyncIterable<readonly string[]>;
  /** Deletes all keys of one database. */
  flush(database: number): Promise<void>;
  remove(database: number, keys: readonly string[]): Promise<void>;
}

/** Sends a command to a database, and returns its reply as lines. */
type Ask = (database: number, argv: readonly string[]) => Promise<string[]>;

const TIMEOUT_MS = 3_000;
const KEYS_AT_ONCE = 1_000;

/**
 * Opens access to a Redis component without connecting yet. The password comes from the platform,
 * otherwise from REDISCLI_AUTH.
 * @throws SwarmError from the methods: `fault_unavailable` with the message of Redis, or without a
 * port
 */
export const accessRedis = (platform: Platform, component: Component): RedisAccess => {
  const port = redisPort(component);
  if (port === null)
    throw new SwarmError('fault_unavailable', `the port of ${component.name} is not known`);
  return platform.kind === 'process'
    ? redisFromHere(component, port, loginAt(platform, component))
    : {
        ...redisCommands(redisCli(platform, component, port)),
        [Symbol.asyncDispose]: async () => {},
      };
};

const loginAt = (platform: Platform, component: Component): RedisLogin | null => {
  if (platform.redisLogin !== undefined) return platform.redisLogin(component);
  const password = process.env.REDISCLI_AUTH;
  return password === undefined ? null : { username: null, password, tls: false };
};

/**
 * Reason for which a server of Redis does not allow a fault; null: it does, or cannot be asked yet.
 * @param ask throws SwarmError `fault_unavailable` with the reason
 */
export const whyRedisRefuses = async (
  platform: Platform,
  component: Component,
  ask: () => Promise<unknown>,
): Promise<string | null> => {
  if (redisPort(component) === null) return `the port of ${component.name} is not known`;
  if (platform.isDryRun === true) return null;
  try {
    await ask();
    return null;
  } catch (error) {
    if (hasErrorCode(error, 'fault_unavailable')) return error.message;
    throw error;
  }
};

export const redisPort = ({ ports }: Component): number | null => ports?.tcp[0] ?? null;

const redisCommands = (ask: Ask): Omit<RedisAccess, typeof Symbol.asyncDispose> => ({
  expectSingle: async () => {
    const kind = kindOfRedis((await ask(0, ['INFO', 'server'])).join('\n'));
    if (kind !== null) throw new SwarmError('fault_unavailable', redisKindText(kind));
  },
  command: (...argv) => ask(0, argv),
  databases: async () =>
    (await ask(0, ['INFO', 'keyspace']))
      .flatMap((line) => line.split(/\r?\n/))
      .flatMap((line) => /^db(\d+):/.exec(line)?.[1] ?? [])
      .map(Number),
  nodeIds: (database) => ask(database, ['HKEYS', 'nodes']),
  keys: async function* (database) {
    let cursor = '0';
    do {
      const [next = '0', ...keys] = await ask(database, [
        'SCAN',
        cursor,
        'COUNT',
        String(KEYS_AT_ONCE),
      ]);
      yield keys;
      cursor = next;
    } while (cursor !== '0');
  },
  flush: async (database) => void (await ask(database, ['FLUSHDB'])),
  remove: async (database, keys) => {
    if (keys.length > 0) await ask(database, ['DEL', ...keys]);
  },
});

const redisFromHere = (
  component: Component,
  port: number,
  login: RedisLogin | null,
): RedisAccess => {
  const connections = new Map<number, Redis>();
  const connected = async (db: number): Promise<Redis> => {
    const known = connections.get(db);
    if (known !== undefined) return known;
    const redis = new Redis({
      host: hostOf(component),
      port,
      db,
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      ...(login === null ? {} : { password: login.password }),
      // Sentinels have the password of the server, for the default user.
      ...(login === null || login.username === null || component.kind === 'sentinel'
        ? {}
        : { username: login.username }),
      ...(login?.tls === true ? { tls: {} } : {}),
    });
    redis.on('error', () => {});
    await redis.connect();
    connections.set(db, redis);
    return redis;
  };
  const ask: Ask = async (database, [command = '', ...rest]) => {
    try {
      const redis = await connected(database);
      return linesOf(await redis.call(command, ...rest));
    } catch (error) {
      throw rejected(component, command, messageOf(error));
    }
  };
  return {
    ...redisCommands(ask),
    [Symbol.asyncDispose]: async () => {
      for (const redis of connections.values()) redis.disconnect();
    },
  };
};

/** Formats a reply like redis-cli with --raw. */
const linesOf = (reply: unknown): string[] =>
  Array.isArray(reply) ? reply.flatMap(linesOf) : reply === null ? [] : [String(reply)];

const hostOf = ({ ports }: Component): string => {
  const address = ports?.address ?? '127.0.0.1';
  return address === '0.0.0.0' || address.includes('/') ? '127.0.0.1' : address;
};

/** Pattern of errors: redis-cli exits with 0 even for a rejected command. */
const ERROR_REPLY = /^(\(error\) )?([A-Z]{2,}) .*|^Could not connect|^Error/;

const redisCli =
  (platform: Platform, component: Component, port: number): Ask =>
  async (database, argv) => {
    const [command = ''] = argv;
    const result = await platform.run(component, [
      'redis-cli',
      '--raw',
      '-p',
      String(port),
      '-n',
      String(database),
      ...argv,
    ]);
    const lines = result.stdout.split('\n').filter((line) => line !== '');
    const [first = ''] = lines;
    if (result.code !== 0 || (ERROR_REPLY.test(first) && lines.length === 1))
      throw rejected(
        component,
        command,
        first || result.stderr.trim().split('\n')[0] || 'no answer',
      );
    return lines;
  };

const rejected = ({ name }: Component, command: string, why: string): SwarmError => {
  const kind = kindOfRedisError(why);
  if (kind !== null)
    return new SwarmError('fault_unavailable', `${name}: ${redisKindText(kind)} (${why})`);
  return new SwarmError(
    'fault_unavailable',
    `${name} rejected ${command}: ${why}`,
    'check that it runs; if it needs a password, set REDISCLI_AUTH',
  );
};
