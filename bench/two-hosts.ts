import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { serveOn } from '../e2e/support/serve-on.ts';
import { openHosts } from './namespaces.ts';
import type { Place } from './swarm-run.ts';
import type { FloorHosts } from './udp-floor.ts';

/**
 * Calls `work` while a livekit-server runs on another host: a network namespace behind a veth pair.
 * Linux, root.
 */
export const withServerElsewhere = async <T>(
  work: (place: Place, hosts: FloorHosts) => Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  try {
    await using network = await openHosts(2);
    const [far, near] = network.hosts;
    if (far === undefined || near === undefined) throw new RangeError('too few hosts');
    const through = ['ip', ...far.through.slice(1)] as const;
    const server = await serveOn({ ...far, name: 'far', through }, DEFAULT_LIVEKIT_VERSION, dir);
    const env = {
      ...{ LIVEKIT_URL: server.url, LIVEKIT_API_KEY: server.apiKey },
      LIVEKIT_API_SECRET: server.apiSecret,
    };
    return await work({ through: near.through, env }, { near, far });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
