/** Form of a lab's Redis. */
export interface RedisSetup {
  /** True: a primary, a replica and three Sentinels, which promote the replica. */
  sentinel: boolean;
  /** True if the data survives a SIGKILL (append-only file, each write synced). */
  persistent: boolean;
  /** True: TLS with a certificate of the lab's CA, and no other connection. */
  tls: boolean;
  /** True: valkey-server in place of redis-server. */
  valkey: boolean;
  /** Name of the only user (ACL); null: the default user. */
  username: string | null;
  /** Number of the database that the nodes use. */
  database: number;
}

export const PLAIN_REDIS: RedisSetup = {
  sentinel: false,
  persistent: false,
  tls: false,
  valkey: false,
  username: null,
  database: 0,
};

/** Words that switch on a property of a lab's Redis. */
export const REDIS_WORDS = ['sentinel', 'persistent', 'tls', 'valkey'] as const;

/** Largest number of a database: Redis has 16 by default. */
export const MAX_REDIS_DATABASE = 15;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

export const isRedisUser = (name: string): boolean => NAME.test(name) && name !== 'default';

/** Form of a lab's Redis in the words of `--redis`; `plain` without any. */
export const redisSetupText = (setup: RedisSetup): string => {
  const { username, database } = setup;
  const words = [
    ...REDIS_WORDS.filter((word) => setup[word]),
    ...(username === null ? [] : [`username=${username}`]),
    ...(database === 0 ? [] : [`database=${database}`]),
  ];
  return words.join(',') || 'plain';
};
