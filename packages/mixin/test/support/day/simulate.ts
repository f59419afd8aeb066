import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderRules, ruleGroups } from '../../../src/render-rules.ts';
import type { TargetLabels } from './labels.ts';
import { seriesOfDay } from './series-of-day.ts';
import type { World } from './world.ts';
import type { Span } from './write-series.ts';

/** Alerts that fired, with their severity: `LiveKitNodeDown critical`. */
export type Fired = ReadonlySet<string>;

/**
 * Alerts that fired within the span, except Watchdog, with rules evaluated every minute by the
 * engine of Prometheus (promtool).
 * @param span minutes of the day
 */
export const simulate = async (labels: TargetLabels, world: World, span: Span): Promise<Fired> => {
  const results = await askAtEnd(
    labels,
    world,
    span,
    `count by (alertname, severity) (count_over_time(ALERTS{alertstate="firing", alertname!="Watchdog"}[${span.to - span.from}m]))`,
  );
  return new Set(results.map(({ labels: { alertname, severity } }) => `${alertname} ${severity}`));
};

/** A result of a query. */
export interface Result {
  labels: Record<string, string>;
  value: number;
}

/**
 * Evaluates queries at the end of the span, with rules evaluated every minute. promtool compares
 * results with expected ones, and prints the difference.
 */
export const askAtEnd = async (
  labels: TargetLabels,
  world: World,
  span: Span,
  expr: string,
): Promise<Result[]> => {
  const { names } = labels;
  const dir = await mkdtemp(join(tmpdir(), 'swarm-day-'));
  try {
    await writeFile(join(dir, 'rules.yaml'), renderRules(names, null));
    const test = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      group_eval_order: ruleGroups(names, null).map(({ name }) => name),
      tests: [
        {
          interval: '1m',
          input_series: seriesOfDay(labels, world, span),
          promql_expr_test: [
            { expr, eval_time: `${span.to - span.from - 1}m`, exp_samples: [IMPOSSIBLE] },
          ],
        },
      ],
    };
    const file = join(dir, 'test.yaml');
    await writeFile(file, stringify(test, { lineWidth: 0 }));
    const output = await promtool(['test', 'rules', file]);
    const [, got] = /\n\s*got:([\s\S]*)$/.exec(output) ?? [];
    if (got === undefined) throw new Error(`promtool has no result: ${output.slice(0, 2_000)}`);
    return [...got.matchAll(/\{([^{}]*)\} (\S+)/g)].map(([, named = '', value]) => ({
      labels: Object.fromEntries(
        [...named.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]),
      ),
      value: Number.parseFloat(value ?? ''),
    }));
  } finally {
    await rm(dir, { recursive: true });
  }
};

/** Expected sample that no query returns, so that promtool prints the results. */
const IMPOSSIBLE = { labels: '{impossible="1"}', value: -1 };

const promtool = (args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile('promtool', args, { maxBuffer: 1e8 }, (_error, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}`),
    );
  });
