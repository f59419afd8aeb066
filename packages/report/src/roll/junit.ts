import type { NodeChange, RollResult } from '@livekit-swarm/chaos/roll';
import { expectedText, measuredText, objectiveLabel } from '../drill/phrases.ts';
import { exitCodeOfDrill } from '../drill/render-json.ts';
import { type FailedCase, junitDocument, type TestCase } from '../junit/document.ts';
import { hasFailed, rollFigures, rollHeadline, rollReasons } from './phrases.ts';

/** JUnit XML: a test case for the roll, each change of a node, and each objective. */
export const renderRollJunit = (result: RollResult): string => {
  const { drill, nodes, request } = result;
  const [repeat] = drill.repeats;
  return junitDocument([
    {
      name: 'roll',
      startedAt: drill.startedAt,
      properties: [
        ['deployment', drill.deployment],
        ['from', request.from.label],
        ['to', request.to.label],
        ['exit_code', String(exitCodeOfDrill(drill, false))],
      ],
      cases: [
        {
          name: 'verdict',
          seconds: (repeat?.durationMs ?? 0) / 1_000,
          failed: failedOf(result),
          output: `${rollHeadline(result)}\n${rollFigures(result).join('\n')}\n`,
        },
        ...nodes.map(nodeCase),
        ...(repeat?.objectives ?? []).map(
          (objective): TestCase => ({
            name: objectiveLabel(objective),
            seconds: 0,
            failed: objective.met
              ? null
              : {
                  kind: 'failure',
                  type: objective.code,
                  message: `${measuredText(objective)}, expected ${expectedText(objective)}`,
                  text: '',
                },
            output: '',
          }),
        ),
      ],
    },
  ]);
};

const failedOf = (result: RollResult): FailedCase | null => {
  const { verdict } = result.drill;
  if (verdict === 'passed') return null;
  const [message = rollHeadline(result), ...more] = rollReasons(result);
  return {
    kind: verdict === 'failed' ? 'failure' : 'error',
    type: verdict,
    message,
    text: more.join('\n'),
  };
};

const nodeCase = (change: NodeChange): TestCase => ({
  name: `${change.phase} ${change.component}`,
  seconds: 0,
  failed: hasFailed(change)
    ? {
        kind: 'failure',
        type: change.checkFailed === null ? 'node_not_ready' : 'gate_failed',
        message: change.checkFailed ?? 'it did not become ready',
        text: '',
      }
    : null,
  output: '',
});
