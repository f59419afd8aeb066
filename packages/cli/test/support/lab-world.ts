import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scratch, startSwarm } from './swarm.ts';

export interface LabWorld {
  run(...args: string[]): Promise<{ code: number | string; out: string; err: string }>;
  /** Folder of its labs. */
  labs: string;
  env: Record<string, string>;
}

/** Labs of a cache of their own, which has the servers of the real one. */
export const labWorld = (): LabWorld => {
  const cache = scratch();
  const labs = join(cache, 'livekit-swarm', 'labs');
  mkdirSync(labs, { recursive: true });
  const env = {
    XDG_CACHE_HOME: cache,
    SWARM_LIVEKIT_SERVER: process.env.SWARM_LIVEKIT_SERVER ?? realServer(),
  };
  return {
    labs,
    env,
    run: async (...args) => {
      const swarm = startSwarm(args, env);
      const code = await swarm.ended;
      return { code, out: swarm.stdout(), err: swarm.stderr() };
    },
  };
};

const realServer = (): string => {
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
    'livekit-swarm',
    'livekit-server',
  );
  const [version = ''] = readdirSync(folder).filter((name) => name.startsWith('1.13.4'));
  return join(folder, version, 'livekit-server');
};
