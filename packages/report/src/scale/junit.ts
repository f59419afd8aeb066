import type { Rehearsal, ScaleResult } from '@livekit-swarm/chaos/scale';
import { type FailedCase, junitDocument, type TestCase } from '../junit/document.ts';
import {
  exitCodeOfScale,
  figureTexts,
  objectiveName,
  objectiveText,
  reasonText,
} from './phrases.ts';

/** JUnit XML: a suite for each mode, with a test case for the answer and each objective. */
export const renderScaleJunit = (result: ScaleResult): string =>
  junitDocument(
    result.rehearsals.map((one) => ({
      name: `scale ${one.mode}`,
      startedAt: result.startedAt,
      properties: [
        ['scaler', result.file.scaler],
        ['server_version', one.serverVersion ?? ''],
        ['exit_code', String(exitCodeOfScale(result))],
      ],
      cases: [
        {
          name: 'keeps up',
          seconds: one.facts.durationMs / 1_000,
          failed: failedOf(one),
          output: `${figureTexts(one).join('\n')}\n`,
        },
        ...one.objectives.map(
          (objective): TestCase => ({
            name: objectiveName(objective),
            seconds: 0,
            failed: objective.met
              ? null
              : {
                  kind: one.answer === 'unknown' ? 'error' : 'failure',
                  type: objective.code,
                  message: objectiveText(objective),
                  text: '',
                },
            output: '',
          }),
        ),
      ],
    })),
  );

const failedOf = ({ answer, reasons }: Rehearsal): FailedCase | null => {
  if (answer === 'yes') return null;
  const [message = answer, ...more] = reasons.map(reasonText);
  return {
    kind: answer === 'no' ? 'failure' : 'error',
    type: answer,
    message,
    text: more.join('\n'),
  };
};
