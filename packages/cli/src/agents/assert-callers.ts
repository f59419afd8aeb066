import type { Scenario } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';

/**
 * Checks that a scenario has callers.
 * @param path its file; - for standard input
 * @throws SwarmError `usage`
 */
export const assertCallers = ({ groups }: Scenario, path: string): void => {
  if (groups.some(({ roles }) => roles.some(({ conversation }) => conversation !== undefined)))
    return;
  throw usageError(
    `${path === '-' ? 'standard input' : path}: no role talks with a voice agent`,
    'give a role the key conversation: caller: { publish: audio, conversation: { agent: my-agent } }, or use swarm run',
  );
};
