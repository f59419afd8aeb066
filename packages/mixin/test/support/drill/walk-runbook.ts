import { readFileSync } from 'node:fs';
import { withoutVariables } from '../../../src/queries.ts';
import { runbookName } from '../../../src/rule.ts';
import type { MonitoredDeployment } from './deployment.ts';

const FOLDER = new URL('../../../../../docs/runbooks/', import.meta.url);

/** Queries of a runbook that were run while its alert fired. */
export interface Walk {
  queries: number;
  /** Queries without a result, as some must be: they list other problems. */
  empty: string[];
}

/**
 * Runs every query of the runbook that an operator copies.
 * @param alert its name, perhaps with a window
 * @param labels labels of the alert: its instance replaces NODE
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

/** Queries of a runbook, one per line, without the expression of the alert. */
const queriesOf = (name: string): string[] => {
  const page = readFileSync(new URL(`${runbookName(name)}.md`, FOLDER), 'utf8').replace(
    /<!-- alert:[\s\S]*?<!-- \/alert -->/,
    '',
  );
  return [...page.matchAll(/^ *```promql\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
};
