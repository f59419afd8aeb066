import { join } from 'node:path';
import { plainEnvironment } from '../../server/environment.ts';
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

/** Describes redis_exporter: metrics of the cluster's Redis. */
export const redisExporter = async ({
  dir,
  port,
  redisPort,
  redisPassword,
}: ExporterOptions & { redisPort: number; redisPassword: string }): Promise<ServiceSpec> =>
  exporter(
    'redis-exporter',
    dir,
    port,
    await requireProgram(
      ['redis_exporter', 'prometheus-redis-exporter'],
      'prometheus-redis-exporter',
    ),
    [`-redis.addr=redis://127.0.0.1:${redisPort}`, `-web.listen-address=127.0.0.1:${port}`],
    { REDIS_PASSWORD: redisPassword },
  );

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
