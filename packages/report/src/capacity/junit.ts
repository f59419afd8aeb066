import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { type FailedCase, junitDocument } from '../junit/document.ts';
import { causeName, conclusionText, notes } from './phrases.ts';
import { renderCapacityText } from './text.ts';

/**
 * JUnit XML: one test case, because the only check of a search is that it found a limit; the
 * figures are properties.
 */
export const renderCapacityJunit = (result: CapacityResult): string => {
  const { scenario, startedAt, exitCode, carried, exceeded, unit, participants, cause } = result;
  return junitDocument([
    {
      name: `${scenario}: capacity`,
      startedAt,
      properties: [
        ['exit_code', String(exitCode)],
        ['unit', unit],
        ['carried', String(carried)],
        ['exceeded', exceeded === null ? '' : String(exceeded)],
        ['participants', String(participants.total)],
        ['participants_per_node', String(participants.perNode)],
        ['cause', cause === null ? '' : causeName(cause)],
      ],
      cases: [
        {
          name: 'capacity',
          seconds: 0,
          failed: failedOf(result),
          output: renderCapacityText(result),
        },
      ],
    },
  ]);
};

/** An unreachable deployment fails; a search without a certain result is an error. */
const failedOf = (result: CapacityResult): FailedCase | null => {
  const { exitCode, end } = result;
  if (exitCode === EXIT_CODES.passed.code) return null;
  const message = `${conclusionText(result)} (exit ${exitCode})`;
  return {
    kind: end === 'unreachable' ? 'failure' : 'error',
    type: end,
    message,
    text: notes(result).join('\n'),
  };
};
