import type { ServiceSpec } from '../service-spec.ts';
import {
  listenLines,
  type RedisAccount,
  type RedisCertificate,
  redisProgram,
  redisService,
} from './redis.ts';

export interface SentinelOptions {
  dir: string;
  /** Name of the service: `sentinel-1`. */
  name: string;
  port: number;
  /** Name of the group of servers that it watches. */
  masterName: string;
  /** Port of the primary at the start. */
  primaryPort: number;
  account: RedisAccount;
  valkey: boolean;
  /** Source address of its connections, by which they are identified; null: any. */
  source: string | null;
  certificate: RedisCertificate | null;
}

/** Number of Sentinels that must agree that the primary is down: two of three. */
const QUORUM = 2;
/** Time without an answer after which a Sentinel takes a server for down, ms. */
const DOWN_AFTER_MS = 2_000;
const FAILOVER_TIMEOUT_MS = 10_000;

/** Describes a Sentinel, which promotes a replica when the primary is down. */
export const sentinel = async (options: SentinelOptions): Promise<ServiceSpec> => {
  const { port, masterName, primaryPort, account, source, certificate } = options;
  const lines = [
    'bind 127.0.0.1',
    ...(source === null ? [] : [`bind-source-addr ${source}`]),
    ...listenLines(port, certificate),
    // Sentinels know each other by the default user only.
    `requirepass ${account.password}`,
    `sentinel sentinel-pass ${account.password}`,
    'sentinel announce-ip 127.0.0.1',
    `sentinel monitor ${masterName} 127.0.0.1 ${primaryPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${masterName} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${masterName} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${masterName} 1`,
    ...(account.username === null ? [] : [`sentinel auth-user ${masterName} ${account.username}`]),
    `sentinel auth-pass ${masterName} ${account.password}`,
  ];
  return {
    ...redisService(options, 'sentinel.conf', lines),
    ...(await redisProgram(options, 'sentinel.conf', '--sentinel')),
    url: `redis+sentinel://127.0.0.1:${port}`,
  };
};
