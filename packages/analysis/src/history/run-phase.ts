import type { RecordLine } from '@livekit-swarm/record';

export const RUN_PHASES = ['joining', 'steady', 'leaving', 'ended'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** Fold of a record into the phase of its run. */
export interface PhaseFold {
  add(line: RecordLine): void;
  /**
   * Phase at the last line.
   * @param waiting number of participants that have not started to join
   */
  at(waiting: number): RunPhase;
}

/** Events after which all participants leave before the end of the plan. */
const ENDINGS: ReadonlySet<string> = new Set(['interrupted', 'threshold_crossed']);

export const createRunPhase = (): PhaseFold => {
  let now = Number.NEGATIVE_INFINITY;
  let lastJoinAt = Number.POSITIVE_INFINITY;
  let endAt = Number.POSITIVE_INFINITY;
  let leaving = false;
  let ended = false;
  return {
    add: (line) => {
      if ('at' in line) now = Math.max(now, line.at);
      if (line.type === 'header') {
        lastJoinAt = line.plan.lastJoinAtMs;
        endAt = line.plan.endAtMs;
      }
      if (line.type === 'event' && ENDINGS.has(line.event)) leaving = true;
      if (line.type === 'end') ended = true;
    },
    at: (waiting) => {
      if (ended) return 'ended';
      if (leaving || now >= endAt) return 'leaving';
      return now > lastJoinAt && waiting === 0 ? 'steady' : 'joining';
    },
  };
};
