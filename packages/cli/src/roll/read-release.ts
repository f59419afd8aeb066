import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { LabelledRelease } from '@livekit-swarm/chaos/roll';
import { usageError } from '@livekit-swarm/settings';

const HINT =
  'write VERSION|IMAGE|PATH[+CONFIG]: v1.13.5, livekit/livekit-server:v1.13.5, /usr/local/bin/livekit-server-1.13.5+/etc/new.yaml';

/**
 * Reads a release of a deployment that is not a lab: `VERSION|IMAGE|PATH[+CONFIG]`, where PATH is a
 * program on the hosts of the nodes, and CONFIG a configuration file on this host. `+CONFIG` alone
 * keeps the program.
 * @throws SwarmError `usage`
 */
export const readRelease = (text: string): LabelledRelease => {
  const [program = '', configFile = null, ...more] = text.split('+').map((part) => part.trim());
  if (more.length > 0) throw usageError(`${text}: a node has one configuration file`, HINT);
  if ((program === '' && configFile === null) || configFile === '' || /\s/.test(program))
    throw usageError(`"${text}" is not a release`, HINT);
  if (configFile !== null && !existsSync(configFile))
    throw usageError(`${text}: there is no ${configFile}`, HINT);
  return {
    label: [program, configFile]
      .map((part) => basename(part ?? ''))
      .filter(Boolean)
      .join('+'),
    program: program === '' ? null : program,
    config: {},
    configFile,
  };
};
