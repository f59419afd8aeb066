import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where what was built once is kept for every checkout. A relative XDG_CACHE_HOME counts as unset (XDG Base Directory Specification 0.8). */
export const cacheDir = (env: NodeJS.ProcessEnv = process.env): string => {
  const base = env.XDG_CACHE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'),
    'livekit-swarm',
  );
};
