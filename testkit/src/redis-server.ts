import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { Redis } from 'ioredis';

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Client for assertions, without retries. */
  readonly client: Redis;
  /** All keys except those of agents. */
  keysOfRuns(): Promise<string[]>;
}

/**
 * Starts a Redis for one test, without persistence.
 * @param options additional options: `--maxmemory`, `--requirepass`, …
 */
export const startRedis = async (...options: string[]): Promise<RedisServer> => {
  const password = options[options.indexOf('--requirepass') + 1];
  const credentials = options.includes('--requirepass') ? `:${password}@` : '';
  const dir = mkdtempSync(join(tmpdir(), 'swarm-redis-'));
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const server: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir, ...options],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('close', resolve));
  const client = new Redis(`redis://${credentials}127.0.0.1:${port}`, {
    retryStrategy: () => 50,
    commandTimeout: 5_000,
  });
  client.on('error', () => {});
  await client.ping();
  return {
    url: `redis://${credentials}127.0.0.1:${port}`,
    pid: server.pid ?? -1,
    client,
    keysOfRuns: async () =>
      (await client.keys('*')).filter((key) => !key.startsWith('swarm:agent:')).sort(),
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      server.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
