import type { SeriesLabels } from '@livekit-swarm/record';
import { COHORTS } from '@livekit-swarm/webrtc';

/** The same for streams that are counted in one series. */
export const seriesKey = ({ direction, kind, group, role, codec }: SeriesLabels): string =>
  JSON.stringify([direction, kind, group, role, codec]);

/** The pump gathers latency by number: one for each series. */
export class Cohorts {
  readonly #numbers = new Map<string, number>();
  readonly #labels: SeriesLabels[] = [];
  readonly #most: number;

  constructor(most = COHORTS) {
    this.#most = most;
  }

  /** Undefined once the pump has no more numbers: latency that is not collected cannot be attributed to another cohort. */
  of(labels: SeriesLabels): number | undefined {
    const key = seriesKey(labels);
    const known = this.#numbers.get(key);
    if (known !== undefined || this.#labels.length === this.#most) return known;
    const number = this.#labels.push(labels) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  labels(cohort: number): SeriesLabels | undefined {
    return this.#labels[cohort];
  }
}
