import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnvironment } from '../../server/environment.ts';
import type { RedisLayout } from '../redis-layout.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

interface ExporterOptions {
  dir: string;
  port: number;
}

/** Describes node_exporter: metrics of this host (CPU, memory, network). */
export const nodeExporter = async ({ dir, port }: ExporterOptions): Promise<ServiceSpec> =>
  exporter(
    'node-exporter',
    dir,
    port,
    await requireProgram(['node_exporter', 'prometheus-node-exporter'], 'prometheus-node-exporter'),
    [`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
  );

/** Describes redis_exporter: metrics of the cluster's Redis, of its first server. */
export const redisExporter = async ({
  dir,
  port,
  redis: { account, servers, authorityFile },
}: ExporterOptions & {
  redis: Pick<RedisLayout, 'account' | 'servers' | 'authorityFile'>;
}): Promise<ServiceSpec> => {
  const name = 'redis-exporter';
  const scheme = authorityFile === null ? 'redis' : 'rediss';
  const authority = 'ca.crt';
  const spec = exporter(
    name,
    dir,
    port,
    await requireProgram(
      ['redis_exporter', 'prometheus-redis-exporter'],
      'prometheus-redis-exporter',
    ),
    [
      `-redis.addr=${scheme}://127.0.0.1:${servers[0]?.port}`,
      ...(authorityFile === null ? [] : [`-tls-ca-cert-file=${authority}`]),
      `-web.listen-address=127.0.0.1:${port}`,
    ],
    {
      REDIS_PASSWORD: account.password,
      ...(account.username === null ? {} : { REDIS_USER: account.username }),
    },
  );
  return authorityFile === null
    ? spec
    : { ...spec, files: { [join(dir, name, authority)]: await readFile(authorityFile, 'utf8') } };
};

const exporter = (
  name: string,
  dir: string,
  port: number,
  command: string,
  args: string[],
  secrets: Record<string, string> = {},
): ServiceSpec => {
  const url = `http://127.0.0.1:${port}/metrics`;
  return {
    name,
    command,
    args,
    env: { ...plainEnvironment(), ...secrets },
    files: {},
    ownUser: { folder: join(dir, name) },
    logFile: join(dir, `${name}.log`),
    ready: { url },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
    url,
  };
};
