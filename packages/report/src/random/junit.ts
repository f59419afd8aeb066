import type { DrawnLine, RandomResult } from '@livekit-swarm/chaos/random';
import { type FailedCase, junitDocument } from '../junit/document.ts';
import { drawnText, violationLines } from './phrases.ts';

/** JUnit XML: a test case for each drill; one without a finding is skipped. */
export const renderRandomJunit = (result: RandomResult): string =>
  junitDocument([
    {
      name: 'random drills',
      startedAt: result.startedAt,
      properties: [
        ['deployment', result.deployment],
        ['seed', String(result.seed)],
        ['exit_code', String(result.exitCode)],
      ],
      cases: result.drills.map((line) => ({
        name: line.drill,
        seconds: line.durationMs / 1_000,
        failed: failedOf(line),
        output: `${drawnText(line)}\n`,
      })),
    },
  ]);

const failedOf = (line: DrawnLine): FailedCase | null => {
  const { outcome, isKnown, violations, reasons, message } = line;
  switch (outcome) {
    case 'held':
      return null;
    case 'violated':
      return isKnown
        ? null
        : {
            kind: 'failure',
            type: violations[0]?.invariant ?? 'violated',
            message: drawnText(line),
            text: violationLines(line),
          };
    case 'undecided':
      return { kind: 'skipped', type: reasons[0] ?? 'undecided', message, text: '' };
    case 'error':
      return { kind: 'error', type: reasons[0] ?? 'error', message, text: message };
  }
};
