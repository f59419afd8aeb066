import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deploy } from '../deploy.ts';
import type { ServerSpec } from './server-spec.ts';

/**
 * Starts and stops each server once, so that one that cannot start is reported before the first measurement; builds what is missing.
 * @returns their versions, as they report them
 * @throws SwarmError
 */
export const checkServers = async (
  servers: readonly ServerSpec[],
  folder: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<string[]> => {
  const versions: string[] = [];
  for (const server of servers) {
    signal.throwIfAborted();
    const dir = join(folder, 'check');
    const deployed = await deploy({ type: 'embedded', server }, { dir, onProgress, signal });
    await deployed.stop();
    versions.push(deployed.serverVersion ?? 'unknown');
    // The log helps only where the server did not start.
    await rm(dir, { recursive: true, force: true });
  }
  return versions;
};
