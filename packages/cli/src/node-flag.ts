import { readNodeId } from '@livekit-swarm/probe';
import { SwarmError, usageError } from '@livekit-swarm/settings';

const METRICS_MS = 5_000;

/**
 * `--node NAME=URL`: a node and its id, which its metrics name.
 * @throws SwarmError `usage`, `unreachable`
 */
export const readNodeFlag = async (text: string): Promise<{ name: string; nodeId: string }> => {
  const [, name, url] = /^([\w.-]{1,63})=(https?:\/\/.+)$/.exec(text) ?? [];
  if (name === undefined || url === undefined)
    throw usageError(
      `--node ${text}: not a name and the URL of metrics`,
      'write node-1=http://10.0.0.1:6789/metrics',
    );
  try {
    return { name, nodeId: await readNodeId(url, METRICS_MS) };
  } catch (error) {
    throw new SwarmError(
      'unreachable',
      `--node ${text}: ${error instanceof Error ? error.message : error}`,
      'give the URL of the metrics of a livekit-server (prometheus.port)',
      { cause: error },
    );
  }
};
