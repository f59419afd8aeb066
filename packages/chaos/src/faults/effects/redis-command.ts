import { SwarmError } from '@livekit-swarm/settings';
import { Redis } from 'ioredis';
import type { Component, Platform } from '../../targets/platform.ts';
import { firstLine } from './nft-table.ts';

/** The variable of redis-cli. */
const password = (): string | undefined => process.env.REDISCLI_AUTH;

const TIMEOUT_MS = 3_000;

/**
 * FLUSHALL, over TCP where the component is on this host, else with its own redis-cli. A password
 * comes from REDISCLI_AUTH.
 * @throws SwarmError `fault_unavailable` with the message of Redis
 */
export const flushRedis = async (
  platform: Platform,
  component: Component,
  port: number,
): Promise<void> => {
  if (platform.kind === 'process') return flushFromHere(component, port);
  const result = await platform.run(component, ['redis-cli', '-p', String(port), 'FLUSHALL']);
  // redis-cli exits with 0 for a rejected command, too.
  if (result.code !== 0 || !/^OK\b/m.test(result.stdout))
    throw rejected(component, firstLine(result));
};

const flushFromHere = async (component: Component, port: number): Promise<void> => {
  const secret = password();
  const redis = new Redis({
    host: hostOf(component),
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
    throw rejected(component, error instanceof Error ? error.message : String(error));
  } finally {
    redis.disconnect();
  }
};

const hostOf = ({ ports }: Component): string => {
  const address = ports?.address ?? '127.0.0.1';
  return address === '0.0.0.0' || address.includes('/') ? '127.0.0.1' : address;
};

const rejected = ({ name }: Component, why: string): SwarmError =>
  new SwarmError(
    'fault_unavailable',
    `${name} rejected FLUSHALL: ${why}`,
    'check that it runs; if it needs a password, set REDISCLI_AUTH',
  );
