import { isUsageError, parseDuration, SwarmError, suggest } from '@livekit-swarm/settings';
import { AGGREGATIONS, type Aggregation } from './aggregation.ts';
import {
  isMetricName,
  type Label,
  type Labels,
  type MetricName,
  metricDefinition,
  metricNames,
} from './metrics.ts';
import type { Operator, Threshold } from './threshold.ts';
import type { WindowRef } from './window-ref.ts';

/** Mistake in the text of a threshold. */
export interface ThresholdProblem {
  /** Index of the wrong character, from 0. */
  position: number;
  message: string;
  hint: string | null;
}

export type ThresholdReading =
  | { threshold: Threshold; problem: null }
  | { threshold: null; problem: ThresholdProblem };

/** Makes an error that shows the text with a mark under each mistake. */
export const thresholdError = (
  text: string,
  { position, message, hint }: ThresholdProblem,
): SwarmError =>
  new SwarmError(
    'invalid_threshold',
    `threshold "${text}": ${message} (at character ${position + 1})\n  ${text}\n  ${' '.repeat(position)}^`,
    hint,
  );

/** Error that ends the reading of one threshold; it is caught in this file. */
class SyntaxProblem extends Error {
  readonly problem: ThresholdProblem;

  constructor(problem: ThresholdProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/*
 * The grammar: expressions as in k6, with the metric in front. Blanks are allowed between any two
 * tokens.
 *
 * threshold = metric [ selector ] [ window ] ( ":" | "." | blank ) expression [ abort ] metric =
 * letter { letter | digit | "_" } selector = "{" label ":" value { "," label ":" value } "}" window
 * = "@" ( name (a stage, a custom window, "joining", "steady")
 *                     | "*"                                  (every stage separately)
 *                     | duration ".." duration )             (after the start)
 * name = letter-or-digit { letter-or-digit | "_" | "-" } expression = aggregation operator number [
 * unit ] aggregation = "avg" | "min" | "med" | "max" | "count" | "rate" | "value" | "p(" number ")"
 * | "p" number operator = "<" | "<=" | ">" | ">=" | "==" | "===" | "!=" number = [ "-" ] digits [
 * "." digits ] [ "e" [ "-" | "+" ] digits ] unit = "%" (of a rate)
 *               | "us" | "ms" | "s"                          (of milliseconds)
 * abort = "abortOnFail" [ "after" duration ] duration = digits [ "." digits ] ( "ms" | "s" | "m" |
 * "h" ) { … }
 */
const EXAMPLE = 'write it like join_time: p(95)<2000 or packet_loss.rate<1%';
const LABEL_VALUES: Partial<Record<Label, readonly string[]>> = {
  kind: ['audio', 'video'],
  direction: ['up', 'down'],
};
const ABORT_HINT = 'write abortOnFail or abortOnFail after 10s';
const WINDOW_HINT = 'write a window like @peak, @* or @30s..60s';

/**
 * Reads one threshold.
 * @throws SwarmError `invalid_threshold`
 */
export const parseThreshold = (text: string): Threshold => {
  const { threshold, problem } = readThreshold(text);
  if (problem !== null) throw thresholdError(text, problem);
  return threshold;
};

/**
 * Reads one threshold: `join_time: p(95)<2000`, `join_time.p95<2s`,
 * `media_latency{kind:audio}@peak: p(95)<200`, `packet_loss rate<1% abortOnFail after 10s`.
 * Windows, roles, groups and codecs depend on the scenario: `checkThresholds` checks them.
 */
export const readThreshold = (text: string): ThresholdReading => {
  try {
    return { threshold: readAll(new Cursor(text)), problem: null };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { threshold: null, problem: error.problem };
  }
};

const readAll = (cursor: Cursor): Threshold => {
  const { text } = cursor;
  const metric = readMetric(cursor);
  const selector = readSelector(cursor, metric);
  const window = readWindow(cursor, metric);
  const at = cursor.skipBlanks();
  // A blank, a colon or a point separates the metric from the expression.
  if (
    cursor.take(/[:.]/) === null &&
    cursor.position === at &&
    at > 0 &&
    !/[\s}*]/.test(text[at - 1] ?? '')
  ) {
    throw cursor.error(`expected ":" between ${metric} and its expression`, EXAMPLE);
  }
  const aggregation = readAggregation(cursor, metric);
  const operator = readOperator(cursor);
  const limit = readLimit(cursor, metric, aggregation);
  const abortOnFail = readAbort(cursor);
  const end = cursor.skipBlanks();
  if (end < text.length) throw cursor.error(`unexpected "${text.slice(end)}"`, EXAMPLE);
  return { metric, selector, window, aggregation, operator, limit, abortOnFail };
};

class Cursor {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  skipBlanks(): number {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
    return this.position;
  }

  /** Takes the next token if it matches, skips blanks before it, and moves the cursor behind it. */
  take(token: RegExp): string | null {
    const start = this.skipBlanks();
    const sticky = new RegExp(token.source, 'y');
    sticky.lastIndex = start;
    const match = sticky.exec(this.text);
    if (match === null) return null;
    this.position = start + match[0].length;
    return match[0];
  }

  error(message: string, hint: string | null, position = this.skipBlanks()): SyntaxProblem {
    return new SyntaxProblem({ position, message, hint });
  }
}

const readMetric = (cursor: Cursor): MetricName => {
  const at = cursor.skipBlanks();
  const name = cursor.take(/[A-Za-z][A-Za-z0-9_]*/);
  if (name === null) throw cursor.error('expected the name of a metric', EXAMPLE);
  if (isMetricName(name)) return name;
  throw cursor.error(`unknown metric "${name}"`, suggest(name, metricNames(), 'available:'), at);
};

const readSelector = (cursor: Cursor, metric: MetricName): Labels => {
  const selector: Labels = {};
  if (cursor.take(/\{/) === null) return selector;
  do {
    const at = cursor.skipBlanks();
    const name = cursor.take(/[A-Za-z_]+/);
    if (name === null) throw cursor.error('expected a label', 'write a selector like {kind:audio}');
    const label = metricDefinition(metric).labels.find((known) => known === name);
    if (label === undefined)
      throw cursor.error(`${metric} has no label "${name}"`, knownLabels(metric), at);
    if (selector[label] !== undefined)
      throw cursor.error(`the label "${label}" is given twice`, null, at);
    if (cursor.take(/[:=]/) === null)
      throw cursor.error(`expected ":" after ${label}`, 'write a selector like {kind:audio}');
    selector[label] = readLabelValue(cursor, label);
  } while (cursor.take(/,/) !== null);
  if (cursor.take(/\}/) === null)
    throw cursor.error('expected "," or "}"', 'write a selector like {kind:audio}');
  return selector;
};

const readLabelValue = (cursor: Cursor, label: Label): string => {
  const at = cursor.skipBlanks();
  // The value may be a node's address: 10.0.0.5:6789, [::1]:6789.
  const value = cursor.take(label === 'node' ? /[A-Za-z0-9_./:[\]-]+/ : /[A-Za-z0-9_./-]+/);
  if (value === null)
    throw cursor.error(`expected a value of ${label}`, 'write a selector like {kind:audio}');
  const allowed = LABEL_VALUES[label];
  if (allowed === undefined || allowed.includes(value)) return value;
  throw cursor.error(`unknown ${label} "${value}"`, `${label} is ${allowed.join(' or ')}`, at);
};

const knownLabels = (metric: MetricName): string => {
  const { labels } = metricDefinition(metric);
  return labels.length === 0 ? `${metric} has no labels` : `its labels are ${labels.join(', ')}`;
};

const readWindow = (cursor: Cursor, metric: MetricName): WindowRef | null => {
  const at = cursor.skipBlanks();
  if (cursor.take(/@/) === null) return null;
  const window = readWindowName(cursor);
  if (metricDefinition(metric).timed) return window;
  throw cursor.error(
    `${metric} is known only when a session ends: it has no windows`,
    'leave the @… out',
    at,
  );
};

const readWindowName = (cursor: Cursor): WindowRef => {
  if (cursor.take(/\*/) !== null) return { type: 'stages' };
  const at = cursor.skipBlanks();
  // A name may begin with a digit: only the two points mark an interval.
  if (cursor.take(/\d[0-9A-Za-z.]*?\s*\.\./) === null) {
    const name = cursor.take(/[A-Za-z0-9][A-Za-z0-9_-]*/);
    if (name === null) throw cursor.error('expected the name of a window', WINDOW_HINT, at);
    return { type: 'named', name };
  }
  cursor.position = at;
  const fromMs = readDuration(cursor, WINDOW_HINT);
  cursor.take(/\.\./);
  const toMs = readDuration(cursor, WINDOW_HINT);
  if (fromMs < toMs) return { type: 'stretch', fromMs, toMs };
  throw cursor.error('a window must end after it begins', WINDOW_HINT, at);
};

/**
 * Reads a duration.
 * @returns ms, to the microsecond
 */
const readDuration = (cursor: Cursor, hint: string): number => {
  const at = cursor.skipBlanks();
  const text = cursor.take(/(\d+(\.\d+)?[A-Za-z]*)+/);
  if (text === null) throw cursor.error('expected a duration', hint, at);
  try {
    return Math.round(parseDuration(text) * 1_000) / 1_000;
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw cursor.error(error.message, error.hint, at);
  }
};

const readAbort = (cursor: Cursor): Threshold['abortOnFail'] => {
  const at = cursor.skipBlanks();
  const word = cursor.take(/[A-Za-z]+/);
  if (word === null) return null;
  if (word !== 'abortOnFail') throw cursor.error(`unexpected "${word}"`, ABORT_HINT, at);
  if (cursor.take(/after\b/) === null) return { afterMs: 0 };
  return { afterMs: readDuration(cursor, ABORT_HINT) };
};

const readAggregation = (cursor: Cursor, metric: MetricName): Aggregation => {
  const at = cursor.skipBlanks();
  const { type } = metricDefinition(metric);
  const allowed = AGGREGATIONS[type];
  const choice = `a ${type} has ${allowed.map((name) => (name === 'p' ? 'p(N)' : name)).join(', ')}`;
  const word = cursor.take(/[A-Za-z]+/);
  const name = allowed.find((known) => known === word);
  if (word === null) throw cursor.error('expected an aggregation', choice, at);
  if (name === undefined) throw cursor.error(`${metric} has no "${word}"`, choice, at);
  return name === 'p' ? { type: 'p', percentile: readPercentile(cursor) } : { type: name };
};

const readPercentile = (cursor: Cursor): number => {
  const open = cursor.take(/\(/) !== null;
  const at = cursor.skipBlanks();
  const digits = cursor.take(/\d+(\.\d+)?/);
  if (digits === null) throw cursor.error('expected a percentile', 'write p(95)', at);
  if (open && cursor.take(/\)/) === null) throw cursor.error('expected ")"', 'write p(95)');
  const percentile = Number(digits);
  if (percentile > 100) throw cursor.error('a percentile is from 0 to 100', 'write p(95)', at);
  return percentile;
};

const readOperator = (cursor: Cursor): Operator => {
  const operator = cursor.take(/===|==|!=|<=|>=|<|>/);
  switch (operator) {
    case '===':
      return '==';
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return operator;
    default:
      throw cursor.error('expected an operator', 'use one of < <= > >= == !=');
  }
};

const TIME_UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000 };
const SIZE_UNITS: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

const readLimit = (cursor: Cursor, metric: MetricName, aggregation: Aggregation): number => {
  const digits = cursor.take(/-?\d+(\.\d+)?(e[-+]?\d+)?/);
  if (digits === null) throw cursor.error('expected a number', EXAMPLE);
  const number = Number(digits);
  if (!Number.isFinite(number)) throw cursor.error(`${digits} is too large`, EXAMPLE);
  const at = cursor.skipBlanks();
  const unit = cursor.take(/%|(?!abort)[A-Za-zµ]+/);
  if (unit === null) return number;
  const definition = metricDefinition(metric);
  if (unit === '%') {
    if (definition.type === 'rate' && aggregation.type === 'rate') return number / 100;
    if (definition.type === 'gauge' && definition.unit === 'ratio') return number / 100;
    throw cursor.error(`${metric} is not a share: % does not fit`, 'leave the % out', at);
  }
  if (Object.hasOwn(SIZE_UNITS, unit) && definition.unit === 'bytes')
    return number * (SIZE_UNITS[unit] ?? 1);
  const factor = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
  if (factor === undefined) throw cursor.error(`unknown unit "${unit}"`, 'use %, us, ms or s', at);
  if (definition.unit === 'ms' && aggregation.type !== 'count') return number * factor;
  throw cursor.error(
    `${metric} is not measured in time: ${unit} does not fit`,
    `leave the ${unit} out`,
    at,
  );
};
