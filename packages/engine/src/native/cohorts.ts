import type { SeriesLabels } from '@livekit-swarm/record';
import { COHORTS } from '@livekit-swarm/webrtc';

/** The same for streams that are counted in one series. Names may contain anything, so that their length shows where they end. */
export const seriesKey = ({ direction, kind, group, role, codec }: SeriesLabels): string =>
  `${direction} ${kind} ${codec.length} ${codec} ${group.length} ${group} ${role}`;

/** Whose latency a cohort gathers. */
export interface CohortOf {
  labels: SeriesLabels;
  /** Agents of other hosts that the publishers are on; absent: they are on this one. */
  publishersOn?: string[];
}

/** The pump gathers latency by number: one for each series, and one for its tracks from each other host. */
export class Cohorts {
  readonly #numbers = new Map<string, number>();
  readonly #of: CohortOf[] = [];
  readonly #most: number;

  constructor(most = COHORTS) {
    this.#most = most;
  }

  /** Undefined once the pump has no more numbers: latency that is not collected cannot be attributed to another cohort. */
  numberOf(of: CohortOf): number | undefined {
    const key = `${seriesKey(of.labels)} ${of.publishersOn?.join(' ') ?? ''}`;
    const known = this.#numbers.get(key);
    if (known !== undefined || this.#of.length === this.#most) return known;
    const number = this.#of.push(of) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  cohort(number: number): CohortOf | undefined {
    return this.#of[number];
  }
}
