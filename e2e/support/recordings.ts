import { detailsOf } from '@livekit-swarm/testkit/egress/stand-in';
import { expect } from 'vitest';
import type { Outcome } from './swarm.ts';

/** Defects of the recordings of each worker, and of those that none took. */
export type RecordingOutcome = Record<string, string[][]>;

/** Outcome of a command whose recordings were those of stand-ins with names. */
export const outcomeOfRecordings = ({ stdout, stderr }: Outcome): RecordingOutcome => {
  if (stdout === '') throw new Error(stderr);
  const { recordings } = JSON.parse(stdout) as {
    recordings: { egress: { details: string | null }; defects: { code: string }[] }[];
  };
  const outcome: RecordingOutcome = {};
  for (const { egress, defects } of recordings) {
    const name = /worker (\S+)$/.exec(egress.details ?? '')?.[1] ?? 'none';
    // Every list names the stand-in.
    if (name !== 'none') expect(egress.details).toBe(detailsOf(name));
    outcome[name] = [...(outcome[name] ?? []), defects.map(({ code }) => code)];
  }
  return outcome;
};
