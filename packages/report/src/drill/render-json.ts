import {
  DRILL_RESULT_SCHEMA,
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

/** A drill that could not be carried out. */
export interface NoDrill {
  drill: string;
  exitCode: ExitCode;
  /** For machines. */
  reason: string;
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

/** What drill-result.schema.json describes, what one looks for first at its top. @param strict whether what is known to fail fails the drill */
export const drillDocument = (result: DrillResult, strict: boolean): DrillDocument => {
  const { drill, verdict, knowledge, target, serverVersion, startedAt, spread, outcomes, repeats } =
    result;
  return {
    schema: DRILL_RESULT_SCHEMA,
    verdict,
    exitCode: exitCodeOfDrill(result, strict),
    knowledge,
    target,
    serverVersion,
    startedAt,
    drill: { ...drill, lab: { ...drill.lab, config: withoutSecretValues(drill.lab.config) } },
    spread,
    outcomes,
    repeats: repeats.map(repeatDocument),
  };
};

const repeatDocument = ({
  thresholds,
  ...repeat
}: RepeatResult): DrillDocument['repeats'][number] => ({
  ...repeat,
  thresholds: thresholds.map(({ metric, expression, window, value, ok }) => ({
    metric,
    expression,
    window: window?.name ?? null,
    value,
    ok,
  })),
});

const noDrillDocument = ({ drill, exitCode, reason, message, hint }: NoDrill): NoDrillDocument => ({
  schema: DRILL_RESULT_SCHEMA,
  verdict: exitCode === EXIT_CODES.interrupted.code ? 'interrupted' : 'void',
  exitCode,
  drill: { name: drill },
  error: { reason, message, hint },
});
