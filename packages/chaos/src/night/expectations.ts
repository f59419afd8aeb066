import { DRILL_OBJECTIVES } from '@livekit-swarm/record';
import { readSettings, strict, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { DRILL_REASON_CODES } from '../measure/decide-verdict.ts';
import type { NightOutcome } from './night-outcome.ts';

/** Outcomes that a drill may have, by its name. */
export type Expectations = ReadonlyMap<string, readonly NightOutcome[]>;

const REASONS = [...DRILL_OBJECTIVES, ...DRILL_REASON_CODES] as const;

const expected = strict({
  outcome: word(['passed', 'failed', 'inconclusive', 'void'], 'outcome'),
  reasons: z.array(word(REASONS, 'reason')).default([]),
}).refine(({ outcome, reasons }) => outcome !== 'passed' || reasons.length === 0, {
  message: 'a drill that passed has no reasons',
  path: ['reasons'],
});

const expectationsFile = strict({
  /** Date and versions that the outcomes were seen with, for readers. */
  measured: z.string().optional(),
  serverVersion: z.string().optional(),
  drills: z.record(z.string(), z.union([expected, z.array(expected).min(1)])),
});

/**
 * Reads a file of expectations: a drill has an outcome, or a list of outcomes that it may have.
 * @throws SwarmError `invalid_file`
 */
export const parseExpectations = (text: string, file: string): Expectations => {
  const { value } = readSettings(text, expectationsFile, {
    file,
    noun: 'file of expectations',
    begin: 'begin with drills: { hang-10s: { outcome: failed, reasons: [split_brain] } }',
  });
  return new Map(
    Object.entries(value.drills).map(([drill, outcomes]) => [
      drill,
      Array.isArray(outcomes) ? outcomes : [outcomes],
    ]),
  );
};
