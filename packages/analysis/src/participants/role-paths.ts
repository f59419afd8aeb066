import { type Labels, WITNESS_GROUP } from '@livekit-swarm/metrics';
import type { HeaderLine } from '@livekit-swarm/record';
import { type MediaPath, scenarioOfRecord } from '@livekit-swarm/scenario';

/** Real clients gather all candidates, and ICE selects. */
const OF_CLIENTS: MediaPath = 'auto';

/** Which path each role of a run uses, so that whatever has a role can be selected by its path. */
export class RolePaths {
  readonly #paths = new Map<string, MediaPath>();

  begin({ scenario }: Pick<HeaderLine, 'scenario'>): void {
    for (const { name, roles } of scenarioOfRecord(scenario).groups)
      for (const { name: role, engine, path } of roles)
        this.#paths.set(keyOf(name, role), engine === undefined ? path : OF_CLIENTS);
  }

  /** Adds the path to the labels of what has a role. */
  readonly complete = (labels: Labels): Labels => {
    const { group, role, path } = labels;
    if (role === undefined || path !== undefined) return labels;
    return { ...labels, path: this.#of(group ?? '', role) };
  };

  #of(group: string, role: string): MediaPath {
    return this.#paths.get(keyOf(group, role)) ?? (group === WITNESS_GROUP ? OF_CLIENTS : 'direct');
  }
}

const keyOf = (group: string, role: string): string => `${group}\n${role}`;
