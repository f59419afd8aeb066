import { readFileSync } from 'node:fs';
import { withoutVariables } from '../../../src/queries.ts';
import { runbookName } from '../../../src/rule.ts';
import type { MonitoredDeployment } from './deployment.ts';

const FOLDER = new URL('../../../../../docs/runbooks/', import.meta.url);

/** The queries of a runbook, pasted while its alert fires. */
export interface Walk {
  queries: number;
  /** Those without a result. Some should have none: they list what else is wrong. */
  empty: string[];
}

/**
 * Asks every query of the runbook that an operator pastes.
 * @param alert its name, perhaps with a window
 * @param labels those of the alert: what the page calls NODE is its instance
 */
export const walkRunbook = async (
  { ask }: Pick<MonitoredDeployment, 'ask'>,
  alert: string,
  labels: Readonly<Record<string, string>>,
): Promise<Walk> => {
  const empty: string[] = [];
  const queries = queriesOf(alert.split(' ')[0] ?? alert);
  for (const query of queries) {
    const filled = query
      .replaceAll(/"NODE(:\d+)?"/g, JSON.stringify(labels.instance ?? ''))
      .replaceAll(/"ROOM"/g, '""');
    if ((await ask(withoutVariables(filled, '1m'))).length === 0) empty.push(query);
  }
  return { queries: queries.length, empty };
};

/** One per line, without the expression of the alert. */
const queriesOf = (name: string): string[] => {
  const page = readFileSync(new URL(`${runbookName(name)}.md`, FOLDER), 'utf8').replace(
    /<!-- alert:[\s\S]*?<!-- \/alert -->/,
    '',
  );
  return [...page.matchAll(/^ *```promql\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
};
