import { usageError } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import { SETTINGS_FILE } from './no-swarm-yaml.ts';

/** Origin of a flag's value, and its name there: LIVEKIT_URL of LiveKit's own variables. */
interface Given {
  value: string;
  origin: 'flag' | 'file' | 'LIVEKIT' | 'SWARM';
  name: string;
}

/**
 * Refuses the API URL of one deployment with the URL of another: LIVEKIT_API_URL belongs to
 * LIVEKIT_URL, not to a URL of --url or swarm.yaml on another host.
 * @throws SwarmError `usage`
 */
export const refuseMixedDeployment = (command: Command): void => {
  const url = givenOf(command, 'url');
  const apiUrl = givenOf(command, 'apiUrl');
  if (url === null || apiUrl === null) return;
  if (apiUrl.origin === 'flag' || apiUrl.origin === url.origin) return;
  // A server of this host takes the place of both.
  if (url.origin !== 'flag' && startsServer(command)) return;
  const host = hostOf(url);
  const apiHost = hostOf(apiUrl);
  if (host === '' || apiHost === '' || host === apiHost) return;
  throw usageError(
    `${url.name} is on ${host}, and ${apiUrl.name} on ${apiHost}: these may be two deployments`,
    `if ${apiHost} is the API of this deployment, add --api-url; otherwise unset ${apiUrl.name}`,
  );
};

/** Host of a URL; empty: it has none, as in `localhost:7880`, which the command itself refuses. */
const hostOf = ({ value }: Given): string =>
  URL.parse(value.trim())?.hostname.replace(/\.$/, '') ?? '';

/** Flags that name what a drill injects faults into; without one, it starts a lab. */
const PLATFORMS = ['docker', 'kubernetes', 'ssh', 'unit'];

const startsServer = (command: Command): boolean => {
  const isGiven = (flag: string): boolean => {
    const value: unknown = command.getOptionValue(flag);
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  const isDrill = command.options.some((option) => option.attributeName() === 'lab');
  return ['embedded', 'server'].some(isGiven) || (isDrill && !PLATFORMS.some(isGiven));
};

/** The value of a flag that is a URL; null: it has none. */
const givenOf = (command: Command, flag: string): Given | null => {
  const option = command.options.find((one) => one.attributeName() === flag);
  const value: unknown = command.getOptionValue(flag);
  if (option === undefined || typeof value !== 'string') return null;
  switch (command.getOptionValueSource(flag)) {
    case 'cli':
      return { value, origin: 'flag', name: option.long ?? option.flags };
    case 'config':
      return { value, origin: 'file', name: `${flag} of ${SETTINGS_FILE}` };
    default: {
      const name = option.envVar ?? '';
      return { value, origin: name.startsWith('LIVEKIT_') ? 'LIVEKIT' : 'SWARM', name };
    }
  }
};
