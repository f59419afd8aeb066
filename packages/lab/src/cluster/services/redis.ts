import { join } from 'node:path';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

/** Account that a lab's nodes, replicas and Sentinels use. */
export interface RedisAccount {
  /** Null: the default user. */
  username: string | null;
  /** Password: other users of this host can reach the port, but must not use it. */
  password: string;
}

/** Certificate and key of a server, and the CA that signed it (PEM). */
export interface RedisCertificate {
  cert: string;
  key: string;
  authority: string;
}

export interface RedisOptions {
  dir: string;
  /** Name of the service: `redis`, `redis-1`. */
  name: string;
  port: number;
  account: RedisAccount;
  /** True if the data survives a SIGKILL (append-only file, each write synced). */
  persistent: boolean;
  valkey: boolean;
  /** Additional loopback addresses to bind; addresses that this host lacks are ignored. */
  addresses: readonly string[];
  /** Null: without TLS. */
  certificate: RedisCertificate | null;
  /** Place among servers that replicate each other; null: a single server. */
  replication: Replication | null;
}

export interface Replication {
  /** Port of the primary at the start; null: this server is the primary. */
  primaryPort: number | null;
  /** Source address of connections to other servers, by which they are identified. */
  source: string | null;
}

/** Describes Redis, the message bus and registry of a cluster. */
export const redis = async (options: RedisOptions): Promise<ServiceSpec> => {
  const { port, account, persistent, addresses, certificate, replication } = options;
  const lines = [
    // With a hyphen, Redis starts even if the host lacks the address.
    ['bind 127.0.0.1', ...addresses.map((address) => `-${address}`)].join(' '),
    ...listenLines(port, certificate),
    ...accountLines(account),
    ...(replication === null ? ['dir data'] : []),
    'save ""',
    `appendonly ${persistent ? 'yes' : 'no'}`,
    'appendfsync always',
    ...(replication === null ? [] : replicationLines(replication, account)),
  ];
  return {
    ...redisService(options, 'redis.conf', lines),
    ...(await redisProgram(options, replication === null ? null : 'redis.conf')),
    url: `${certificate === null ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
  };
};

/**
 * Files, user, log and end of a service of Redis' program.
 * @param file name of its configuration, which has these lines
 */
export const redisService = (
  { dir, name, port, certificate }: Pick<RedisOptions, 'dir' | 'name' | 'port' | 'certificate'>,
  file: string,
  lines: readonly string[],
): Omit<ServiceSpec, 'command' | 'args' | 'url'> => {
  const folder = join(dir, name);
  return {
    name,
    env: plainEnvironment(),
    files: {
      [join(folder, file)]: `${lines.join('\n')}\n`,
      ...certificateFiles(folder, certificate),
    },
    ownUser: { folder, dataFolder: 'data' },
    logFile: join(dir, `${name}.log`),
    ready: { host: '127.0.0.1', port },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
  };
};

/**
 * Command of Redis or Valkey. It reads a configuration from standard input: it would open a file by
 * its full path, whose parent folders are closed to its user. One that it also writes (as Sentinels
 * and replicas do after a failover) is in its data folder, and keeps its content over a restart.
 * @param kept name of the configuration that it writes; null: it writes none
 */
export const redisProgram = async (
  { valkey }: Pick<RedisOptions, 'valkey'>,
  kept: string | null,
  ...options: string[]
): Promise<Pick<ServiceSpec, 'command' | 'args'>> => {
  const program = valkey
    ? await requireProgram(['valkey-server'], 'valkey-server')
    : await requireProgram(['redis-server'], 'redis-server');
  // On Linux this is a full path of the file that leads through none of its parent folders.
  const link = process.platform === 'linux' ? '/proc/self/cwd' : '.';
  const script =
    kept === null
      ? 'exec "$0" - < redis.conf'
      : `[ -e data/${kept} ] || cp ${kept} data/; cd -P data && exec "$0" ${link}/${kept} "$@"`;
  return { command: '/bin/sh', args: ['-c', script, program, ...options] };
};

export const listenLines = (port: number, certificate: RedisCertificate | null): string[] =>
  certificate === null
    ? [`port ${port}`]
    : [
        'port 0',
        `tls-port ${port}`,
        // Redis reads these files in its data folder.
        'tls-cert-file ../redis.crt',
        'tls-key-file ../redis.key',
        'tls-ca-cert-file ../ca.crt',
        'tls-auth-clients no',
        'tls-replication yes',
      ];

const certificateFiles = (
  folder: string,
  certificate: RedisCertificate | null,
): Record<string, string> =>
  certificate === null
    ? {}
    : {
        [join(folder, 'redis.crt')]: certificate.cert,
        [join(folder, 'redis.key')]: certificate.key,
        [join(folder, 'ca.crt')]: certificate.authority,
      };

const accountLines = ({ username, password }: RedisAccount): string[] =>
  username === null
    ? [`requirepass ${password}`]
    : ['user default off', `user ${username} on >${password} ~* &* +@all`];

const replicationLines = (
  { primaryPort, source }: Replication,
  { username, password }: RedisAccount,
): string[] => [
  ...(primaryPort === null ? [] : [`replicaof 127.0.0.1 ${primaryPort}`]),
  ...(username === null ? [] : [`masteruser ${username}`]),
  `masterauth ${password}`,
  ...(source === null ? [] : [`bind-source-addr ${source}`]),
  'replica-announce-ip 127.0.0.1',
  // Without a delay the replica has the data of the primary as soon as it is connected.
  'repl-diskless-sync-delay 0',
];
