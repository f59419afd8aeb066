import { type Labels, WITNESS_GROUP } from '@livekit-swarm/metrics';
import type { HeaderLine } from '@livekit-swarm/record';
import { type MediaPath, scenarioOfRecord } from '@livekit-swarm/scenario';

/** Path of real clients, which gather all candidates and let ICE select. */
const OF_CLIENTS: MediaPath = 'auto';

/** Path of each role in a run, so that whatever has a role can be selected by path. */
export class RolePaths {
  readonly #paths = new Map<string, MediaPath>();
  /** Labels that were completed last: a series adds a dozen metrics with the same. */
  #last: { given: Labels; complete: Labels } | null = null;

  begin({ scenario }: Pick<HeaderLine, 'scenario'>): void {
    this.#last = null;
    for (const { name, roles } of scenarioOfRecord(scenario).groups)
      for (const { name: role, engine, path } of roles)
        this.#paths.set(keyOf(name, role), engine === undefined ? path : OF_CLIENTS);
  }

  /** Adds the path to labels that have a role. */
  readonly complete = (labels: Labels): Labels => {
    const { group, role, path } = labels;
    if (role === undefined || path !== undefined) return labels;
    if (this.#last?.given !== labels)
      this.#last = { given: labels, complete: { ...labels, path: this.#of(group ?? '', role) } };
    return this.#last.complete;
  };

  #of(group: string, role: string): MediaPath {
    return this.#paths.get(keyOf(group, role)) ?? (group === WITNESS_GROUP ? OF_CLIENTS : 'direct');
  }
}

const keyOf = (group: string, role: string): string => `${group}\n${role}`;
