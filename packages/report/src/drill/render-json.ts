import { join } from 'node:path';
import type { ThresholdResult } from '@livekit-swarm/analysis';
import {
  DRILL_FILE,
  DRILL_RESULT_SCHEMA,
  type DrillReason,
  type DrillResult,
  type RepeatResult,
} from '@livekit-swarm/chaos';
import { diskReason, makeFolder, replaceFile } from '@livekit-swarm/host';
import type { DrillVerdict } from '@livekit-swarm/record';
import { EXIT_CODES, type ExitCode, SwarmError } from '@livekit-swarm/settings';
import {
  DRILL_RESULTS_SCHEMA,
  type DrillDocument,
  type NoDrillDocument,
} from './document-schema.ts';
import {
  describeOutcome,
  describeReason,
  expectedText,
  measuredText,
  objectiveLabel,
} from './phrases.ts';

/** A drill that could not be executed. */
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

/**
 * One drill is an object; several are one, too, with all of them in `drills`. Indented, a newline
 * at its end.
 */
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

/**
 * Document of a drill, as in drill-result.schema.json.
 * @param strict true when known failures fail the drill
 */
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

const CODES: Readonly<Record<DrillVerdict, ExitCode>> = {
  passed: EXIT_CODES.passed.code,
  failed: EXIT_CODES.failed.code,
  inconclusive: EXIT_CODES.inconclusive.code,
  void: EXIT_CODES.inconclusive.code,
  interrupted: EXIT_CODES.interrupted.code,
};

/** The exit code of a drill. Known failures do not fail it, except with `strict`. */
export const exitCodeOfDrill = (
  { verdict, knownFailureStatus }: Pick<DrillResult, 'verdict' | 'knownFailureStatus'>,
  strict: boolean,
): ExitCode =>
  verdict === 'failed' && knownFailureStatus === 'known_failure' && !strict
    ? EXIT_CODES.passed.code
    : CODES[verdict];

/**
 * Writes the result so far into the folder of a drill, whole at any time: `swarm chaos report`
 * needs it to evaluate the records of an interrupted drill.
 * @throws SwarmError when it cannot be written
 */
export const writeDrillFile = async (dir: string, result: DrillResult): Promise<void> => {
  const file = join(dir, DRILL_FILE);
  try {
    makeFolder(dir);
    await replaceFile(file, renderDrillJson([result]));
  } catch (error) {
    const hint = 'free disk space, or choose another folder with --record';
    throw new SwarmError(
      'record_not_written',
      `${file}: cannot be written: ${diskReason(error)}`,
      hint,
      {
        cause: error,
      },
    );
  }
};

/** Times are rounded to microseconds; shares and rates to six significant digits. */
const TIME = /(?:Ms|At)$|^(?:at|p50|p95|max|min|median)$/;
const MICROSECONDS = 1_000;

/** Credentials in a URL: `redis://:password@host`. */
const USER_OF_URL = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** A plain value for JSON: no NaN, no meaningless digits, no credentials in URLs. */
const tidy = (value: unknown, key = ''): unknown => {
  if (typeof value === 'number') return tidyNumber(value, key);
  if (typeof value === 'string') return value.replaceAll(USER_OF_URL, '$1');
  if (Array.isArray(value)) return value.map((inner) => tidy(inner, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, tidy(inner, name)]),
  );
};

const tidyNumber = (value: number, key: string): number | null => {
  if (!Number.isFinite(value)) return null;
  if (Number.isSafeInteger(value)) return value;
  return TIME.test(key)
    ? Math.round(value * MICROSECONDS) / MICROSECONDS
    : Number(value.toPrecision(6));
};

/** Keys of livekit-server's configuration whose values are secret. */
const SECRET = /^keys$|secret|password|credential|token|api_?key/i;

/** The same configuration with its secret values replaced. */
const withoutSecretValues = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      SECRET.test(key) ? '(not shown)' : inside(value),
    ]),
  );

const inside = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null
    ? withoutSecretValues(value as Record<string, unknown>)
    : value;
};
