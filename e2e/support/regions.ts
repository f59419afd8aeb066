/** `swarm regions`, its file, and its result. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegionFacts } from '@livekit-swarm/ready';
import { type Outcome, runSwarm, scratch } from './swarm.ts';

/** The part of the result that tests look at. */
export interface RegionsOutcome extends Outcome {
  answer: string;
  facts: RegionFacts;
  /** Checks by their ids: outcome, and what was seen. */
  checks: Record<string, { outcome: string; text: string }>;
}

/** Writes a file of regions with these settings over those of a healthy one. */
export const regionFile = (regions: Record<string, object>, more: object): string => {
  const file = join(scratch(), 'regions.yaml');
  writeFileSync(file, JSON.stringify({ regions, ...more }));
  return file;
};

export const runRegions = async (file: string): Promise<RegionsOutcome> => {
  const outcome = await runSwarm(['regions', file, '--json', '--record', join(scratch(), 'r')]);
  const result = JSON.parse(outcome.stdout === '' ? '{}' : outcome.stdout) as {
    answer: string;
    facts: RegionFacts;
    checks?: { id: string; outcome: string; evidence: string[]; reason: string | null }[];
  };
  return {
    ...{ ...outcome, ...result },
    checks: Object.fromEntries(
      (result.checks ?? []).map(({ id, outcome: found, evidence, reason }) => [
        id,
        { outcome: found, text: [...evidence, reason ?? ''].join('; ') },
      ]),
    ),
  };
};
