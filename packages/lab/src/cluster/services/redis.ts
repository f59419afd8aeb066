import { join } from 'node:path';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

export interface RedisOptions {
  dir: string;
  port: number;
  /** Password: other users of this host can reach the port, but must not use it. */
  password: string;
  /** True if the data survives a SIGKILL (append-only file, each write synced). */
  persistent: boolean;
  /** Additional loopback addresses to bind; addresses that this host lacks are ignored. */
  addresses: readonly string[];
}

/** Describes Redis, the message bus and registry of a cluster. */
export const redis = async ({
  dir,
  port,
  password,
  persistent,
  addresses,
}: RedisOptions): Promise<ServiceSpec> => {
  const folder = join(dir, 'redis');
  const lines = [
    // With a hyphen, Redis starts even if the host lacks the address.
    ['bind 127.0.0.1', ...addresses.map((address) => `-${address}`)].join(' '),
    `port ${port}`,
    `requirepass ${password}`,
    'dir data',
    'save ""',
    `appendonly ${persistent ? 'yes' : 'no'}`,
    'appendfsync always',
  ];
  return {
    name: 'redis',
    // Redis reads the configuration from standard input: it would open a file by its full path,
    // whose parent folders are closed to its user.
    command: '/bin/sh',
    args: [
      '-c',
      'exec "$0" - < redis.conf',
      await requireProgram(['redis-server'], 'redis-server'),
    ],
    env: plainEnvironment(),
    files: { [join(folder, 'redis.conf')]: `${lines.join('\n')}\n` },
    ownUser: { folder, dataFolder: 'data' },
    logFile: join(dir, 'redis.log'),
    ready: { host: '127.0.0.1', port },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
    url: `redis://127.0.0.1:${port}`,
  };
};
