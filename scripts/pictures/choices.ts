import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { queriesOfDashboard } from '../../packages/mixin/src/queries.ts';
import type { Series } from './picture.ts';

/** Asks for the series that a selector has. */
type Listing = (selector: string) => Promise<readonly Pick<Series, 'labels'>[]>;

/**
 * What stands for the variables of a dashboard when All is chosen in each: their `allValue`, else all values there are, as Grafana puts it into
 * a query. Variables may build on those before them.
 */
export const choicesOf = async (
  dashboard: Dashboard,
  list: Listing,
): Promise<ReadonlyMap<string, string>> => {
  const asked = queriesOfDashboard('', dashboard).filter(({ kind }) => kind === 'variable');
  const choices = new Map<string, string>();
  for (const { name, allValue } of (dashboard.templating.list ?? []) as VariableModel[]) {
    const query = asked.find(({ where }) => where === name);
    if (query === undefined) continue;
    const { expr, label = '' } = query;
    choices.set(name, allValue ?? alternatives(await list(withChoices(expr, choices)), label));
  }
  return choices;
};

/** `$job` → what is chosen. Grafana's own variables (`$__…`) stay. */
export const withChoices = (expr: string, choices: ReadonlyMap<string, string>): string =>
  expr.replace(/\$([a-zA-Z]\w*)/g, (whole, name: string) => choices.get(name) ?? whole);

const alternatives = (series: readonly Pick<Series, 'labels'>[], label: string): string => {
  const values = new Set(
    series.map(({ labels }) => labels[label] ?? '').filter((value) => value !== ''),
  );
  // Escaped twice: once for the expression, once for the string it stands in.
  const escaped = [...values]
    .toSorted()
    .map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\\\$&'));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
};
