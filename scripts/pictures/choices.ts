import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { queriesOfDashboard } from '../../packages/mixin/src/queries.ts';
import type { Series } from './picture.ts';

/** Function that lists the series of a selector. */
type Listing = (selector: string) => Promise<readonly Pick<Series, 'labels'>[]>;

/**
 * Values of the variables of a dashboard when All is selected in each: their `allValue`, otherwise
 * all existing values, in the form that Grafana inserts into a query. Variables may depend on
 * earlier ones.
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

/**
 * Replaces variables such as `$job` with the selected values. Grafana's own variables (`$__…`)
 * stay.
 */
export const withChoices = (expr: string, choices: ReadonlyMap<string, string>): string =>
  expr.replace(/\$([a-zA-Z]\w*)/g, (whole, name: string) => choices.get(name) ?? whole);

const alternatives = (series: readonly Pick<Series, 'labels'>[], label: string): string => {
  const values = new Set(
    series.map(({ labels }) => labels[label] ?? '').filter((value) => value !== ''),
  );
  // Values are escaped twice: once for the expression, and once for the string around it.
  const escaped = [...values]
    .toSorted()
    .map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\\\$&'));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
};
