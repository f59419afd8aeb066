import type { RunExporter } from '@livekit-swarm/exporter/runs';
import { readVariable } from '@livekit-swarm/settings';
import type { Console } from './console.ts';
import { readRevision } from './revision.ts';
import { VERSION } from './version.ts';

/**
 * Serves running load tests to Prometheus. The server's modules are loaded on first use.
 * @param address `[ADDRESS]:PORT`
 * @throws SwarmError `usage` when it is not an address, is in use, or the token is empty or cannot be sent in a header
 */
export const serveRunMetrics = async (
  address: string,
  { stderr, env }: Pick<Console, 'stderr' | 'env'>,
): Promise<RunExporter> => {
  const { checkToken, parseListenAddress, startRunExporter } = await import(
    '@livekit-swarm/exporter/runs'
  );
  const token = readVariable(env, 'SWARM_METRICS_TOKEN')?.trim();
  return await startRunExporter({
    listen: parseListenAddress(address),
    token: token === undefined ? null : checkToken(token, 'SWARM_METRICS_TOKEN'),
    version: VERSION,
    revision: await readRevision(),
    log: (line) => void stderr.write(`metrics: ${line}\n`),
  });
};
