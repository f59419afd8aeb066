import type { SeriesLabels } from '@livekit-swarm/record';
import { COHORTS } from '@livekit-swarm/webrtc';

/** Identifier of a series. Names may contain any character, so each is preceded by its length. */
export const seriesKey = ({ direction, kind, group, role, codec }: SeriesLabels): string =>
  `${direction} ${kind} ${codec.length} ${codec} ${group.length} ${group} ${role}`;

/** Receivers whose latency is measured together. */
export interface CohortOf {
  labels: SeriesLabels;
  /**
   * Agents of the other hosts that the publishers are on; absent: the publishers are on this host.
   */
  publishersOn?: string[];
}

/**
 * Numbers under which the pump collects latency: one for each series, and one for its tracks from
 * each other host.
 */
export class Cohorts {
  readonly #numbers = new Map<string, number>();
  readonly #of: CohortOf[] = [];
  readonly #most: number;

  constructor(most = COHORTS) {
    this.#most = most;
  }

  /**
   * Number of a cohort; undefined once the pump has no more numbers, so that latency is never
   * attributed to another cohort.
   */
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
