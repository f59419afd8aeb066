import type { ThresholdResult } from '@livekit-swarm/analysis';
import {
  DRILL_RESULT_SCHEMA,
  type DrillReason,
  type DrillResult,
  type RepeatResult,
  tidy,
  withoutSecretValues,
} from '@livekit-swarm/chaos';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import {
  DRILL_RESULTS_SCHEMA,
  type DrillDocument,
  type NoDrillDocument,
} from './document-schema.ts';
import { exitCodeOfDrill } from './exit-code.ts';
import {
  describeOutcome,
  describeReason,
  expectedText,
  measuredText,
  objectiveLabel,
} from './phrases.ts';

/** A drill that could not be carried out. */
export interface NoDrill {
  drill: string;
  exitCode: ExitCode;
  code: string;
  message: string;
  hint: string | null;
}

export type DrillOutcome = DrillResult | NoDrill;

export const isDrillResult = (outcome: DrillOutcome): outcome is DrillResult =>
  'repeats' in outcome;

/** One drill is an object; several are one, too, with all of them in `drills`. Indented, a newline at its end. */
export const renderDrillJson = (
  outcomes: readonly DrillOutcome[],
  { strict = false }: { strict?: boolean } = {},
): string => {
  const documents = outcomes.map((outcome) =>
    isDrillResult(outcome) ? drillDocument(outcome, strict) : noDrillDocument(outcome),
  );
  const [first, ...others] = documents;
  const whole =
    first !== undefined && others.length === 0
      ? first
      : { schema: DRILL_RESULTS_SCHEMA, drills: documents };
  return `${JSON.stringify(tidy(whole), null, 2)}\n`;
};

/** What drill-result.schema.json describes. @param strict whether known failures fail the drill */
export const drillDocument = (result: DrillResult, strict: boolean): DrillDocument => {
  const { drill, outcomes, repeats, ...facts } = result;
  return {
    ...facts,
    exitCode: exitCodeOfDrill(result, strict),
    drill: { ...drill, lab: { ...drill.lab, config: withoutSecretValues(drill.lab.config) } },
    outcomes: outcomes.map((outcome) => ({ ...outcome, text: describeOutcome(outcome) })),
    repeats: repeats.map(repeatDocument),
  };
};

const repeatDocument = ({
  thresholds,
  reasons,
  objectives,
  ...repeat
}: RepeatResult): DrillDocument['repeats'][number] => ({
  ...repeat,
  reasons: reasons.map((reason) => ({ ...valuesOf(reason), text: describeReason(reason) })),
  objectives: objectives.map((result) => ({
    ...result,
    text: `${objectiveLabel(result)}: ${measuredText(result)}, expected ${expectedText(result)}`,
  })),
  thresholds: thresholds.map(thresholdDocument),
});

const thresholdDocument = ({
  metric,
  expression,
  window,
  value,
  ok,
}: ThresholdResult): DrillDocument['repeats'][number]['thresholds'][number] => ({
  metric,
  expression,
  window: window?.name ?? null,
  value,
  ok,
});

/** The values of a reason as JSON: thresholds as everywhere else in the document. */
const valuesOf = (reason: DrillReason): { code: DrillReason['code']; [key: string]: unknown } => {
  switch (reason.code) {
    case 'threshold_crossed':
    case 'threshold_not_measured':
      return { ...reason, result: thresholdDocument(reason.result) };
    default:
      return reason;
  }
};

const noDrillDocument = ({ drill, exitCode, code, message, hint }: NoDrill): NoDrillDocument => ({
  schema: DRILL_RESULT_SCHEMA,
  verdict: exitCode === EXIT_CODES.interrupted.code ? 'interrupted' : 'void',
  exitCode,
  drill: { name: drill },
  error: { code, message, hint },
});
