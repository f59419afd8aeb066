import { dirname, join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import { junitDocument, type TestSuite } from '@livekit-swarm/report';
import {
  type DrillOutcome,
  drillSuite,
  isDrillResult,
  type NoDrill,
  renderDrillHtml,
  renderDrillJson,
  renderDrillText,
} from '@livekit-swarm/report/drill';

export interface DrillReporter {
  fileName: string;
  /** Whether one document holds several drills. */
  several: boolean;
  render(outcomes: readonly DrillOutcome[], strict: boolean): string;
}

const ofFirst =
  (render: (result: DrillResult, strict: boolean) => string): DrillReporter['render'] =>
  (outcomes, strict) =>
    outcomes
      .filter(isDrillResult)
      .map((result) => render(result, strict))
      .join('\n');

/** Who waits for a result must not take its absence for one. */
const noDrillSuite = ({ drill, code, message, hint, exitCode }: NoDrill): TestSuite => ({
  name: drill,
  startedAt: null,
  properties: [],
  cases: [
    {
      name: 'verdict',
      seconds: 0,
      failed: {
        kind: 'error',
        type: code,
        message: `${message} (exit ${exitCode})`,
        text: hint ?? '',
      },
      output: '',
    },
  ],
});

export const DRILL_REPORTS = {
  text: {
    fileName: 'drill.txt',
    several: true,
    render: ofFirst((result, strict) => renderDrillText(result, { strict })),
  },
  json: {
    fileName: 'drill.json',
    several: true,
    render: (outcomes, strict) => renderDrillJson(outcomes, { strict }),
  },
  junit: {
    fileName: 'junit.xml',
    several: true,
    render: (outcomes, strict) =>
      junitDocument(
        outcomes.map((outcome) =>
          isDrillResult(outcome) ? drillSuite(outcome, { strict }) : noDrillSuite(outcome),
        ),
      ),
  },
  html: {
    fileName: 'drill.html',
    several: false,
    render: ofFirst((result, strict) => renderDrillHtml(result, { strict })),
  },
} as const satisfies Record<string, DrillReporter>;

export type DrillReportName = keyof typeof DRILL_REPORTS;

/** The folder of a drill's records. */
export const folderOf = ({ repeats, drill }: DrillResult): string | null => {
  const [first] = repeats;
  if (first === undefined) return null;
  const folder = dirname(first.record);
  return drill.repeats === 1 ? folder : join(folder, '..');
};
