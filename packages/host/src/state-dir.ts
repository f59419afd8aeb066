import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Folder for state that must survive a deletion of the cache. A relative XDG_STATE_HOME counts as
 * unset (XDG Base Directory Specification 0.8).
 */
export const stateDir = (env: NodeJS.ProcessEnv = process.env): string => {
  const base = env.XDG_STATE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(homedir(), '.local', 'state'),
    'livekit-swarm',
  );
};
