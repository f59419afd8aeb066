import type { NightLine, NightResult } from '@livekit-swarm/chaos/night';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { type FailedCase, junitDocument } from '../junit/document.ts';
import { leftOutText, lineText, nightReasonOf } from './phrases.ts';

/** JUnit XML: a test case for each drill; those that were left out are skipped. */
export const renderNightJunit = (result: NightResult): string =>
  junitDocument([
    {
      name: 'night',
      startedAt: result.night,
      properties: [
        ['deployment', result.deployment],
        ['seed', String(result.seed)],
        ['exit_code', String(result.exitCode)],
      ],
      cases: [
        ...result.drills.map((line) => ({
          name: line.drill,
          seconds: line.durationMs / 1_000,
          failed: failedOf(line, result),
          output: `${lineText(line)}\n`,
        })),
        ...result.leftOut.map(({ drill, reason }) => ({
          name: drill,
          seconds: 0,
          failed: {
            kind: 'skipped' as const,
            type: reason.code,
            message: leftOutText(reason),
            text: '',
          },
          output: '',
        })),
      ],
    },
  ]);

const failedOf = (line: NightLine, result: NightResult): FailedCase | null => {
  if (line.exitCode === EXIT_CODES.passed.code) return null;
  return {
    kind: line.finding === 'changed' || line.finding === 'new' ? 'failure' : 'error',
    type: line.finding,
    message: nightReasonOf(line, result),
    text: line.message,
  };
};
