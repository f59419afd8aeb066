import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Folder of what must survive the cache: XDG Base Directory Specification 0.8, where a relative
 * XDG_STATE_HOME counts as unset.
 */
export const stateDir = (env: NodeJS.ProcessEnv = process.env): string => {
  const base = env.XDG_STATE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(homedir(), '.local', 'state'),
    'livekit-swarm',
  );
};
