import { hostOf, scopeOf } from '@livekit-swarm/livekit';
import { messageOf, SwarmError, usageError, withoutSecrets } from '@livekit-swarm/settings';
import { Redis, type RedisOptions } from 'ioredis';
import { COMMAND_MS } from './deadlines.ts';
import { createSeal, KEY_HINT, readFleetKey, type Seal } from './fleet-key.ts';

/** Connection to the Redis or Valkey that the hosts of a run share. */
export interface Queue {
  redis: Redis;
  /** Opens another connection, for blocking commands; those of BullMQ must have no time limit. */
  connect(options?: RedisOptions): Redis;
  /** Address of the Redis without its password. */
  address: string;
  /** Signs and encrypts the messages of the queue. */
  seal: Seal;
  /** True if other programs on the network path may read the messages. */
  isReadable: boolean;
  close(): void;
}

export interface QueueOptions {
  /**
   * SWARM_QUEUE_KEY; undefined: messages are neither signed nor encrypted, which only a queue on
   * loopback allows.
   */
  key: string | undefined;
  /** `--insecure-queue`: any program that reaches the Redis may command the hosts. */
  isInsecure: boolean;
}

/** Keys that show that a Redis belongs to LiveKit. */
const LIVEKIT_KEYS = ['nodes', 'room_node_map', 'rooms'];

/**
 * Connects to a Redis, and checks that it may serve as the queue.
 * @param url redis:// or rediss://
 * @throws SwarmError `usage` for an invalid address, for LiveKit's own Redis, or for one through
 * which any program may command hosts; `queue_unavailable` if it does not answer or may evict keys
 */
export const openQueue = async (url: string, { key, isInsecure }: QueueOptions): Promise<Queue> => {
  const address = withoutSecrets(checkedUrl(url));
  const seal = createSeal(key === undefined ? null : readFleetKey(key));
  const mustBeSecure = !isInsecure && scopeOf(hostOf(url)) !== 'loopback';
  if (mustBeSecure && !seal.isKeyed)
    throw usageError(
      `--queue ${address}: without SWARM_QUEUE_KEY, any program that writes to it commands the hosts of the fleet`,
      `${KEY_HINT}; or add --insecure-queue where no other program reaches it`,
    );
  const connections = new Set<Redis>();
  const open = (to: string, options: RedisOptions): Redis => {
    const redis = new Redis(to, {
      lazyConnect: true,
      connectTimeout: COMMAND_MS,
      // Callers that wait for an answer notice the loss of the connection.
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(1_000, attempt * 100),
      ...options,
    });
    // Without a listener the event would end the process.
    redis.on('error', () => {});
    connections.add(redis);
    redis.once('end', () => connections.delete(redis));
    return redis;
  };
  const connect: Queue['connect'] = (options = {}) => open(url, options);
  const close = (): void => {
    for (const redis of connections) redis.disconnect();
  };
  try {
    if (mustBeSecure) await assertAuthenticates(open(withoutCredentials(url), ANONYMOUS), address);
    await checkAnswer(connect(ONCE), address);
  } catch (error) {
    close();
    throw error;
  }
  const redis = connect({ commandTimeout: COMMAND_MS, maxRetriesPerRequest: 1 });
  const isReadable = !seal.isKeyed && !url.startsWith('rediss:');
  return { redis, connect, address, seal, isReadable, close };
};

/** Options of a connection that fails at once. */
const ONCE: RedisOptions = {
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_MS,
};
/**
 * Options of a connection without credentials, which may lack the permission to ask whether Redis
 * is ready.
 */
const ANONYMOUS: RedisOptions = { ...ONCE, enableReadyCheck: false };

const withoutCredentials = (url: string): string => {
  const anonymous = new URL(url);
  anonymous.username = '';
  anonymous.password = '';
  anonymous.search = '';
  return anonymous.href;
};

const checkedUrl = (url: string): string => {
  const parsed = URL.parse(url);
  if (/^rediss?:$/.test(parsed?.protocol ?? '') && parsed?.hostname !== '') return url;
  throw usageError(
    `--queue ${withoutSecrets(url)}: must be the address of a Redis`,
    'write redis://HOST:6379, or rediss:// for TLS',
  );
};

/**
 * Checks that Redis refuses a client without a password. A password in the URL proves nothing: a
 * Redis without one accepts any.
 */
const assertAuthenticates = async (anonymous: Redis, address: string): Promise<void> => {
  const refused: string[] = [];
  try {
    await anonymous.connect();
    // Neither command creates a key.
    for (const command of [
      () => anonymous.xadd('swarm:run:none:results', 'NOMKSTREAM', '*', 'a', 'b'),
      () => anonymous.exists('swarm:run:none:results'),
    ])
      await command().catch((error: unknown) => {
        refused.push(messageOf(error));
      });
  } catch {
    // Redis does not answer: `checkAnswer` names the cause.
    return;
  } finally {
    anonymous.disconnect();
  }
  if (refused.length === 2 && refused.every((why) => /^(NOAUTH|NOPERM|DENIED)\b/.test(why))) return;
  const open = refused.length < 2;
  throw usageError(
    open
      ? `--queue ${address}: its Redis answers without a password`
      : `--queue ${address}: whether its Redis asks for a password cannot be checked (${refused[0]})`,
    'give it one (requirepass, or an ACL without the default user) and write it into SWARM_QUEUE; or add --insecure-queue where no other program reaches it',
  );
};

const checkAnswer = async (redis: Redis, address: string): Promise<void> => {
  let why: string | null = null;
  redis.on('error', (error) => {
    why ??= error.message;
  });
  try {
    await redis.connect();
    await selectDatabase(redis, address);
    await assertNotLiveKits(redis, address);
    await assertKeepsKeys(redis, address);
  } catch (error) {
    if (error instanceof SwarmError) throw error;
    throw unavailable(address, why ?? messageOf(error));
  } finally {
    redis.disconnect();
  }
};

const unavailable = (address: string, why: string): SwarmError =>
  /NOAUTH|WRONGPASS|NOPERM|invalid .*password/i.test(why)
    ? new SwarmError(
        'queue_unavailable',
        `the queue ${address} refuses this user or password: ${why}`,
        'write redis://USER:PASSWORD@HOST:6379 into SWARM_QUEUE, or redis://:PASSWORD@HOST:6379 for the default user',
      )
    : new SwarmError(
        'queue_unavailable',
        `the queue ${address} does not answer: ${why}`,
        `start a Redis or Valkey of its own for it, and check the address${address.startsWith('rediss:') ? ', and that it uses TLS (without: redis://)' : ''}`,
      );

/** Selects the database of the URL: ioredis would use database 0 if that one does not exist. */
const selectDatabase = async (redis: Redis, address: string): Promise<void> => {
  try {
    await redis.select(redis.options.db ?? 0);
  } catch (error) {
    const why = messageOf(error);
    if (!why.includes('DB index')) throw error;
    throw usageError(
      `${address} has no such database: ${why}`,
      'give another number behind the last slash, or none',
    );
  }
};

/**
 * Checks that the Redis is not LiveKit's own, which the load and the drills of a run also affect.
 */
const assertNotLiveKits = async (redis: Redis, address: string): Promise<void> => {
  const keyspace = await redis.info('keyspace');
  for (const [, database = '0'] of keyspace.matchAll(/^db(\d+):/gm)) {
    await redis.select(Number(database));
    if ((await redis.exists(...LIVEKIT_KEYS)) > 0)
      throw usageError(
        `${address} is LiveKit's own Redis: database ${database} holds its nodes and rooms, so it is part of what is tested`,
        'start another Redis for the queue',
      );
  }
};

/**
 * Checks the eviction policy: with any other, Redis may delete jobs and results when it runs out of
 * memory.
 */
const assertKeepsKeys = async (redis: Redis, address: string): Promise<void> => {
  const memory = await redis.info('memory');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  const limit = /^maxmemory:(\d+)/m.exec(memory)?.[1];
  if (policy === undefined || policy === 'noeviction' || limit === '0') return;
  throw new SwarmError(
    'queue_unavailable',
    `${address} may delete keys when its memory is full (maxmemory-policy ${policy})`,
    'set maxmemory-policy noeviction',
  );
};
