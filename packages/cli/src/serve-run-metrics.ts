import type { RunExporter } from '@livekit-swarm/exporter/runs';
import type { Console } from './console.ts';
import { VERSION } from './version.ts';

/**
 * Serves runs to Prometheus while they go on. What it takes is loaded only when it is asked for.
 * @param address `[ADDRESS]:PORT`
 * @throws SwarmError `usage` when it is none, somebody else listens there, or the token is one that nobody could send
 */
export const serveRunMetrics = async (
  address: string,
  { stderr, env }: Pick<Console, 'stderr' | 'env'>,
): Promise<RunExporter> => {
  const { checkToken, parseListenAddress, startRunExporter } = await import(
    '@livekit-swarm/exporter/runs'
  );
  const token = env.SWARM_METRICS_TOKEN?.trim() ?? '';
  return await startRunExporter({
    listen: parseListenAddress(address),
    token: token === '' ? null : checkToken(token, 'SWARM_METRICS_TOKEN'),
    version: VERSION,
    log: (line) => void stderr.write(`metrics: ${line}\n`),
  });
};
