import type { CycleDeparture } from '@livekit-swarm/analysis/soak';
import { DEPARTURES, type RoleSpec, type Scenario } from '@livekit-swarm/scenario';
import { suggest, usageError } from '@livekit-swarm/settings';

/**
 * Ways of leaving that take turns: those that are named; else those of the scenario where it states any; else all.
 * @param text separated by commas
 * @throws SwarmError `usage`
 */
export const readDepartures = (text: string | undefined, scenario: Scenario): CycleDeparture[] => {
  if (text === undefined)
    return rolesOf(scenario).some(({ departure }) => departure) ? ['scenario'] : [...DEPARTURES];
  const names = text.split(',').map((name) => name.trim());
  const chosen = names.map((name): CycleDeparture => {
    const known = [...DEPARTURES, 'scenario' as const].find((departure) => departure === name);
    if (known !== undefined) return known;
    throw usageError(
      `--departures ${text}: there is no "${name}"`,
      suggest(name, [...DEPARTURES, 'scenario'], 'available:'),
    );
  });
  const twice = chosen.find((name, index) => chosen.indexOf(name) !== index);
  if (twice !== undefined)
    throw usageError(`--departures ${text}: ${twice} twice`, 'name each once');
  return chosen;
};

const rolesOf = ({ groups }: Scenario): RoleSpec[] => groups.flatMap(({ roles }) => roles);
