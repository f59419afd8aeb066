import { closest, distance } from 'fastest-levenshtein';
import { AGGREGATIONS, type Aggregation, formatAggregation } from './aggregation.ts';
import { isMetricName, type Label, type Labels, type MetricName, metricDefinition, metricNames } from './metrics.ts';
import { UsageError } from './usage-error.ts';

export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** What must hold at the end of a run. `limit` is in the metric's unit: milliseconds, a ratio from 0 to 1, a number of things. */
export interface Threshold {
  metric: MetricName;
  selector: Labels;
  aggregation: Aggregation;
  operator: Operator;
  limit: number;
}

/** A threshold that cannot be read. `position` counts characters from 0; the message shows the place. */
export class ThresholdError extends UsageError {
  override readonly name = 'ThresholdError';
  readonly text: string;
  readonly position: number;

  constructor(text: string, position: number, problem: string, hint: string | null = null) {
    super(`threshold "${text}": ${problem} (at character ${position + 1})\n  ${text}\n  ${' '.repeat(position)}^`, hint);
    this.text = text;
    this.position = position;
  }
}

/*
 * The grammar: expressions as in k6, with the metric in front. Blanks may stand between any two tokens.
 *
 *   threshold   = metric [ selector ] [ window ] ( ":" | "." | blank ) expression
 *   metric      = letter { letter | digit | "_" }
 *   selector    = "{" label ":" value { "," label ":" value } "}"
 *   window      = "@" name                                   (reserved)
 *   expression  = aggregation operator number [ unit ]
 *   aggregation = "avg" | "min" | "med" | "max" | "count" | "rate" | "value" | "p(" number ")" | "p" number
 *   operator    = "<" | "<=" | ">" | ">=" | "==" | "===" | "!="
 *   number      = [ "-" ] digits [ "." digits ] [ "e" [ "-" | "+" ] digits ]
 *   unit        = "%"                                        (of a rate)
 *               | "us" | "ms" | "s"                          (of milliseconds)
 */
const EXAMPLE = 'write it like join_time: p(95)<2000 or packet_loss.rate<1%';
const LABEL_VALUES: Partial<Record<Label, readonly string[]>> = {
  kind: ['audio', 'video'],
  direction: ['up', 'down'],
  role: ['publisher', 'subscriber'],
};

/**
 * Reads one threshold: `join_time: p(95)<2000`, `join_time.p95<2s`, `media_latency{kind:audio}: p(95)<200`, `packet_loss rate<1%`.
 * @throws ThresholdError
 */
export const parseThreshold = (text: string): Threshold => {
  const cursor = new Cursor(text);
  const metric = readMetric(cursor);
  const selector = readSelector(cursor, metric);
  const at = cursor.skipBlanks();
  if (cursor.take(/@/) !== null) throw cursor.error('windows are not supported yet', 'leave the @… out', at);
  // Blank, colon or point: whatever people type between the two halves.
  if (cursor.take(/[:.]/) === null && cursor.position === at && at > 0 && !/[\s}]/.test(text[at - 1] ?? '')) {
    throw cursor.error(`expected ":" between ${metric} and its expression`, EXAMPLE);
  }
  const aggregation = readAggregation(cursor, metric);
  const operator = readOperator(cursor);
  const limit = readLimit(cursor, metric, aggregation);
  const end = cursor.skipBlanks();
  if (end < text.length) throw cursor.error(`"${text.slice(end)}" is too much`, EXAMPLE);
  return { metric, selector, aggregation, operator, limit };
};

/** The text that `parseThreshold` reads back to the same threshold. */
export const formatThreshold = (threshold: Threshold): string => `${formatTarget(threshold)}: ${formatExpression(threshold)}`;

/** `media_latency{kind:audio}`. */
export const formatTarget = ({ metric, selector }: Pick<Threshold, 'metric' | 'selector'>): string => {
  const labels = Object.entries(selector).map(([label, value]) => `${label}:${value}`);
  return labels.length === 0 ? metric : `${metric}{${labels.join(',')}}`;
};

/** `p(95)<200`. */
export const formatExpression = ({ aggregation, operator, limit }: Threshold): string =>
  `${formatAggregation(aggregation)}${operator}${limit}`;

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

  /** The next token if it matches, blanks before it skipped; the cursor moves behind it. */
  take(token: RegExp): string | null {
    const start = this.skipBlanks();
    const sticky = new RegExp(token.source, 'y');
    sticky.lastIndex = start;
    const match = sticky.exec(this.text);
    if (match === null) return null;
    this.position = start + match[0].length;
    return match[0];
  }

  error(problem: string, hint: string | null, position = this.skipBlanks()): ThresholdError {
    return new ThresholdError(this.text, position, problem, hint);
  }
}

const readMetric = (cursor: Cursor): MetricName => {
  const at = cursor.skipBlanks();
  const name = cursor.take(/[A-Za-z][A-Za-z0-9_]*/);
  if (name === null) throw cursor.error('expected the name of a metric', EXAMPLE);
  if (isMetricName(name)) return name;
  throw cursor.error(`there is no metric "${name}"`, suggestion(name, metricNames(), 'metrics are'), at);
};

const readSelector = (cursor: Cursor, metric: MetricName): Labels => {
  const selector: Labels = {};
  if (cursor.take(/\{/) === null) return selector;
  do {
    const at = cursor.skipBlanks();
    const name = cursor.take(/[A-Za-z_]+/);
    if (name === null) throw cursor.error('expected a label', 'write a selector like {kind:audio}');
    const label = metricDefinition(metric).labels.find((known) => known === name);
    if (label === undefined) throw cursor.error(`${metric} has no label "${name}"`, knownLabels(metric), at);
    if (selector[label] !== undefined) throw cursor.error(`the label "${label}" is there twice`, null, at);
    if (cursor.take(/[:=]/) === null) throw cursor.error(`expected ":" after ${label}`, 'write a selector like {kind:audio}');
    selector[label] = readLabelValue(cursor, label);
  } while (cursor.take(/,/) !== null);
  if (cursor.take(/\}/) === null) throw cursor.error('expected "," or "}"', 'write a selector like {kind:audio}');
  return selector;
};

const readLabelValue = (cursor: Cursor, label: Label): string => {
  const at = cursor.skipBlanks();
  const value = cursor.take(/[A-Za-z0-9_./-]+/);
  if (value === null) throw cursor.error(`expected a value of ${label}`, 'write a selector like {kind:audio}');
  const allowed = LABEL_VALUES[label];
  if (allowed === undefined || allowed.includes(value)) return value;
  throw cursor.error(`"${value}" is no ${label}`, `${label} is ${allowed.join(' or ')}`, at);
};

const knownLabels = (metric: MetricName): string => {
  const { labels } = metricDefinition(metric);
  return labels.length === 0 ? `${metric} has no labels` : `its labels are ${labels.join(', ')}`;
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

const readLimit = (cursor: Cursor, metric: MetricName, aggregation: Aggregation): number => {
  const digits = cursor.take(/-?\d+(\.\d+)?(e[-+]?\d+)?/);
  if (digits === null) throw cursor.error('expected a number', EXAMPLE);
  const number = Number(digits);
  if (!Number.isFinite(number)) throw cursor.error(`${digits} is too large`, EXAMPLE);
  const at = cursor.skipBlanks();
  const unit = cursor.take(/%|[A-Za-zµ]+/);
  if (unit === null) return number;
  const definition = metricDefinition(metric);
  if (unit === '%') {
    if (definition.type === 'rate' && aggregation.type === 'rate') return number / 100;
    throw cursor.error(`${metric} is no share: % does not fit`, 'leave the % out', at);
  }
  const factor = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
  if (factor === undefined) throw cursor.error(`"${unit}" is no unit`, 'units are %, us, ms and s', at);
  if (definition.unit === 'ms' && aggregation.type !== 'count') return number * factor;
  throw cursor.error(`${metric} is not measured in time: ${unit} does not fit`, `leave the ${unit} out`, at);
};

/** The nearest known name when it is near enough to be a slip, else all of them. */
const suggestion = (name: string, known: string[], list: string): string => {
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? `did you mean ${nearest}?` : `${list} ${known.join(', ')}`;
};
