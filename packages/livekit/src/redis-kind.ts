/** Kind of a Redis that is unsuitable: LiveKit's nodes share a single Redis. */
export type RedisKind = 'cluster' | 'sentinel' | 'limited_user';

const TEXTS: Readonly<Record<RedisKind, string>> = {
  cluster:
    'this is a node of a Redis Cluster, which has a part of the keys: swarm reads a single Redis. Name one that has all keys, or leave --redis out; nodes of LiveKit name a Redis Cluster with redis.cluster_addresses, not with redis.address',
  sentinel:
    'this is a Redis Sentinel, which holds no keys of LiveKit: write redis+sentinel://HOST:26379?master=NAME, or leave --redis out; nodes of LiveKit name Sentinels with redis.sentinel_addresses and redis.sentinel_master_name, not with redis.address',
  limited_user:
    'the user of this URL may not read the keys of LiveKit: allow it (ACL SETUSER … +info +hgetall +hkeys ~nodes ~room_node_map), or name another user',
};

/** @param info answer to `INFO server` */
export const kindOfRedis = (info: string): Exclude<RedisKind, 'limited_user'> | null => {
  const mode = /^redis_mode:(\w+)/m.exec(info)?.[1];
  return mode === 'cluster' || mode === 'sentinel' ? mode : null;
};

/** @param reply error of Redis to a command, which begins with its code (RESP, simple errors) */
export const kindOfRedisError = (reply: string): RedisKind | null => {
  switch (/\b(MOVED|ASK|CLUSTERDOWN|NOPERM)\b/.exec(reply)?.[1]) {
    case 'MOVED':
    case 'ASK':
    case 'CLUSTERDOWN':
      return 'cluster';
    case 'NOPERM':
      return 'limited_user';
    default:
      return null;
  }
};

export const redisKindText = (kind: RedisKind): string => TEXTS[kind];
