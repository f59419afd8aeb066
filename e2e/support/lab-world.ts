import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { type ProcessId, stillThere } from './processes.ts';
import { scratch, startSwarm } from './swarm.ts';

export interface LabWorld {
  run(...args: string[]): Promise<{ code: number | string; out: string; err: string }>;
  /** Folder of its labs. */
  labs: string;
  env: Record<string, string>;
}

/** Labs of a cache of their own, which has the servers of the real one. @param cache default: a folder that is removed after the test. */
export const labWorld = (cache: string = scratch()): LabWorld => {
  const labs = join(cache, 'livekit-swarm', 'labs');
  mkdirSync(labs, { recursive: true });
  const env = {
    XDG_CACHE_HOME: cache,
    XDG_STATE_HOME: cache,
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

/** Process id of the supervisor of the lab "lab". */
export const supervisorOf = (labs: string): number =>
  (
    JSON.parse(readFileSync(join(labs, 'lab', 'lab.json'), 'utf8')) as {
      supervisor: { pid: number };
    }
  ).supervisor.pid;

/** Resolves to true once all of these have ended, to false after ten seconds. */
export const gone = async (processes: ProcessId[]): Promise<boolean> => {
  for (let tries = 0; tries < 200 && processes.some(stillThere); tries++) await sleep(50);
  return !processes.some(stillThere);
};

const realServer = (): string => {
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
    'livekit-swarm',
    'livekit-server',
  );
  const [version = ''] = readdirSync(folder).filter((name) =>
    name.startsWith(DEFAULT_LIVEKIT_VERSION),
  );
  return join(folder, version, 'livekit-server');
};
