import { readSettings, strict, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { INVARIANTS, type Violation } from '../invariants/invariant.ts';

const knownViolation = strict({
  invariants: z.array(word(INVARIANTS, 'invariant')).min(1),
  /** Faults that cause it: a schedule without one of them does not make a violation known. */
  faults: z.array(z.string()).min(1),
  reason: z.string(),
});

/** Violations that a server is known to have. */
export type KnownViolation = z.infer<typeof knownViolation>;

const knownFile = strict({
  serverVersion: z.string().optional(),
  violations: z.array(knownViolation),
});

/**
 * Reads a file of known violations.
 * @throws SwarmError `invalid_file`
 */
export const parseKnownViolations = (text: string, file: string): KnownViolation[] =>
  readSettings(text, knownFile, {
    file,
    noun: 'file of known violations',
    begin:
      'begin with violations: [{ invariants: [room_on_two_nodes], faults: [hang], reason: … }]',
  }).value.violations;

/** Returns true if all violations are known for a schedule of these faults. */
export const areKnown = (
  violations: readonly Pick<Violation, 'invariant'>[],
  faults: readonly { fault: string }[],
  known: readonly KnownViolation[],
): boolean => {
  const names = new Set(faults.map(({ fault }) => fault));
  return violations.every(({ invariant }) =>
    known.some(
      (one) => one.invariants.includes(invariant) && one.faults.every((fault) => names.has(fault)),
    ),
  );
};
