import { SwarmError } from '@livekit-swarm/settings';
import { Redis } from 'ioredis';
import type { Component, Platform } from '../../targets/target.ts';
import { firstLine } from './nft-table.ts';

/** As redis-cli reads it. */
const password = (): string | undefined => process.env.REDISCLI_AUTH;

const TIMEOUT_MS = 3_000;

/**
 * FLUSHALL, from here where the member is on this machine, else with the redis-cli that it has beside it. A password comes from REDISCLI_AUTH.
 * @throws SwarmError `fault_unavailable` with what Redis says
 */
export const flushRedis = async (
  target: Platform,
  member: Component,
  port: number,
): Promise<void> => {
  if (target.kind === 'process') return flushFromHere(member, port);
  const result = await target.run(member, ['redis-cli', '-p', String(port), 'FLUSHALL']);
  // redis-cli ends with 0 when it was refused, too.
  if (result.code !== 0 || !/^OK\b/m.test(result.stdout)) throw refused(member, firstLine(result));
};

const flushFromHere = async (member: Component, port: number): Promise<void> => {
  const secret = password();
  const redis = new Redis({
    host: hostOf(member),
    port,
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    ...(secret === undefined ? {} : { password: secret }),
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.flushall();
  } catch (error) {
    throw refused(member, error instanceof Error ? error.message : String(error));
  } finally {
    redis.disconnect();
  }
};

const hostOf = ({ ports }: Component): string => {
  const address = ports?.address ?? '127.0.0.1';
  return address === '0.0.0.0' || address.includes('/') ? '127.0.0.1' : address;
};

const refused = ({ name }: Component, why: string): SwarmError =>
  new SwarmError(
    'fault_unavailable',
    `${name} does not do FLUSHALL: ${why}`,
    'does it run? If it asks for a password, put it in REDISCLI_AUTH',
  );
