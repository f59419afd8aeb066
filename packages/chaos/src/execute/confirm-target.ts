import { SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import type { DrillDeployment } from './deployment.ts';

/**
 * Drills break things: they are done to labs of ours, and to what somebody has named.
 * @param named on the command line: `--i-know-this-is`
 * @throws SwarmError `not-allowed`
 */
export const permit = (
  { own, name }: Pick<DrillDeployment, 'own' | 'name'>,
  drill: Drill,
  named: string | null,
): void => {
  if (own || named === name || drill.allowed.includes(name)) return;
  const mistaken = named === null ? '' : `, not "${named}"`;
  throw new SwarmError(
    'not_allowed',
    `this would break parts of "${name}"${mistaken}`,
    `say --i-know-this-is ${name}, or write "allow: [${name}]" into the drill`,
  );
};
