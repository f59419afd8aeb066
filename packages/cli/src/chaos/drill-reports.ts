import { dirname, join } from 'node:path';
import { type DrillResult, drillSuite, renderDrillHtml, renderDrillText } from '@livekit-swarm/chaos';
import { junitDocument, type TestSuite } from '@livekit-swarm/report';
import type { Problem } from '../problem.ts';

/** A drill that could not be carried out. */
export interface NoDrill extends Problem {
  drill: string;
}

export type DrillOutcome = DrillResult | NoDrill;

export const isDrillResult = (outcome: DrillOutcome): outcome is DrillResult => 'repeats' in outcome;

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
const noDrillSuite = ({ drill, reason, message, hint, exitCode }: NoDrill): TestSuite => ({
  name: drill,
  startedAt: null,
  properties: [],
  cases: [
    {
      name: 'verdict',
      seconds: 0,
      bad: { kind: 'error', type: reason, message: `${message} (exit ${exitCode})`, text: hint ?? '' },
      said: '',
    },
  ],
});

/** One of several drills is an object of its own; several are in a list. */
const SCHEMA_OF_SEVERAL = 'livekit-swarm/drill-results/1';

export const DRILL_REPORTS = {
  text: { fileName: 'drill.txt', several: true, render: ofFirst((result, strict) => renderDrillText(result, { strict })) },
  json: {
    fileName: 'drill.json',
    several: true,
    render: (outcomes) => {
      const [only, ...others] = outcomes;
      const document = others.length === 0 && only !== undefined ? only : { schema: SCHEMA_OF_SEVERAL, drills: outcomes };
      return `${JSON.stringify(document, null, 2)}\n`;
    },
  },
  junit: {
    fileName: 'junit.xml',
    several: true,
    render: (outcomes, strict) =>
      junitDocument(
        outcomes.map((outcome) => (isDrillResult(outcome) ? drillSuite(outcome, { strict }) : noDrillSuite(outcome))),
      ),
  },
  html: { fileName: 'drill.html', several: false, render: ofFirst((result, strict) => renderDrillHtml(result, { strict })) },
} as const satisfies Record<string, DrillReporter>;

export type DrillReportName = keyof typeof DRILL_REPORTS;

/** The folder of a drill's records. */
export const folderOf = ({ repeats, drill }: DrillResult): string | null => {
  const [first] = repeats;
  if (first === undefined) return null;
  const folder = dirname(first.record);
  return drill.repeats === 1 ? folder : join(folder, '..');
};
