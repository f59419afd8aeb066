import type { RunExporter } from '@livekit-swarm/exporter/runs';
import { readVariable, usageError } from '@livekit-swarm/settings';
import type { Console } from './console.ts';
import { readRevision } from './revision.ts';
import { VERSION } from './version.ts';

/**
 * Serves running load tests to Prometheus. The server's modules are loaded on first use.
 * @param where `address`: `[ADDRESS]:PORT`; `webConfigFile`: TLS and users, as exporter-toolkit
 * @throws SwarmError `usage` when it is not an address, is in use, or the token is empty or cannot be sent in a header
 */
export const serveRunMetrics = async (
  { address, webConfigFile }: { address: string; webConfigFile?: string | undefined },
  { stderr, env }: Pick<Console, 'stderr' | 'env'>,
): Promise<RunExporter> => {
  const { checkToken, parseListenAddress, startRunExporter } = await import(
    '@livekit-swarm/exporter/runs'
  );
  const token = readVariable(env, 'SWARM_METRICS_TOKEN')?.trim();
  return await startRunExporter({
    listen: [parseListenAddress(address)],
    webConfigFile,
    token: token === undefined ? null : checkToken(token, 'SWARM_METRICS_TOKEN'),
    version: VERSION,
    revision: await readRevision(),
    log: (line) => void stderr.write(`metrics: ${line}\n`),
  });
};

/** @throws SwarmError `usage` when a web configuration file is given, and no metrics are served */
export const requireMetrics = (
  address: string | undefined,
  webConfigFile: string | undefined,
): void => {
  if (webConfigFile !== undefined && address === undefined)
    throw usageError(
      '--web.config.file is for live metrics, and none are served',
      'add --metrics :9464, or leave it out',
    );
};
