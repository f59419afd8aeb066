import type { WorstParticipant } from './summary.ts';

/** How many of the worst participants are named. */
const WORST = 5;

/** Keeps the worst of all that are added. */
export const createWorst = (): { add(one: WorstParticipant): void; list(): WorstParticipant[] } => {
  let worst: WorstParticipant[] = [];
  return {
    add: (one) => {
      const last = worst.at(-1);
      if (worst.length === WORST && last !== undefined && byBadness(one, last) >= 0) return;
      worst = [...worst, one].sort(byBadness).slice(0, WORST);
    },
    /** Worst first. */
    list: () => worst,
  };
};

const byBadness = (a: WorstParticipant, b: WorstParticipant): number =>
  b.missing - a.missing ||
  b.stalled - a.stalled ||
  (b.loss ?? 0) - (a.loss ?? 0) ||
  (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0);
