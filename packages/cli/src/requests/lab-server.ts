import { parseServerSpec, type ServerSpec } from '@livekit-swarm/campaign/server';
import { usageError } from '@livekit-swarm/settings';

/**
 * Reads `--server` of a lab, whose nodes all are this server.
 * @returns null: the default version, or the program of SWARM_LIVEKIT_SERVER
 * @throws SwarmError `usage`; SwarmError for a configuration that cannot be read
 */
export const readLabServer = (text: string | undefined): ServerSpec | null => {
  if (text === undefined) return null;
  const server = parseServerSpec(text);
  if (server.cpuCores === null && server.memoryBytes === null) return server;
  throw usageError(
    `--server ${text}: the nodes of a lab have no limits of CPU and memory`,
    'leave @cpu and @memory out; swarm run, ab, capacity and soak limit a single server',
  );
};
