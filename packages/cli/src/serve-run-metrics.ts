import type { RunExporter } from '@livekit-swarm/exporter/runs';
import { readVariable, usageError } from '@livekit-swarm/settings';
import type { Console } from './console.ts';
import type { LiveMetricsFlags } from './flags/live.ts';
import { readRevision } from './revision.ts';
import { VERSION } from './version.ts';

/** Flags for the server that Prometheus scrapes during a run. */
export type ServedMetricsFlags = Omit<LiveMetricsFlags, 'out' | 'notify' | 'tag'>;

/**
 * Serves running load tests to Prometheus, if flags ask for it. The server's modules are loaded on first use.
 * @returns null: no flag asks for it
 * @throws SwarmError `usage` when flags contradict each other, an address is none or is in use, or the token is empty or cannot be sent in a header
 */
export const serveRunMetrics = async (
  { metrics, 'web.listenAddress': webListen, 'web.config.file': webConfigFile }: ServedMetricsFlags,
  { stderr, env }: Pick<Console, 'stderr' | 'env'>,
): Promise<RunExporter | null> => {
  const addresses = metrics === undefined ? webListen : [metrics];
  if (metrics !== undefined && webListen.length > 0)
    throw usageError(
      '--metrics and --web.listen-address name the same thing',
      'give one of them: :9464 is loopback for --metrics, and every interface for --web.listen-address',
    );
  if (addresses.length === 0) {
    if (webConfigFile === undefined) return null;
    throw usageError(
      '--web.config.file is for live metrics, and none are served',
      'add --metrics :9464, or leave it out',
    );
  }
  const { checkToken, parseListenAddress, parseWebListenAddress, startRunExporter } = await import(
    '@livekit-swarm/exporter/runs'
  );
  const token = readVariable(env, 'SWARM_METRICS_TOKEN')?.trim();
  return await startRunExporter({
    listen: addresses.map(metrics === undefined ? parseWebListenAddress : parseListenAddress),
    webConfigFile,
    token: token === undefined ? null : checkToken(token, 'SWARM_METRICS_TOKEN'),
    version: VERSION,
    revision: await readRevision(),
    log: (line) => void stderr.write(`metrics: ${line}\n`),
  });
};
