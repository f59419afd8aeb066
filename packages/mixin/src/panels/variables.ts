import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Whichever Prometheus is chosen at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/** Which Prometheus to ask. */
export const datasourceVariable = (): Builder<VariableModel> =>
  new DatasourceVariableBuilder('datasource')
    .label('Prometheus')
    .description('Which Prometheus to ask')
    .type('prometheus');

/**
 * All values of a label of a metric; any number of them may be chosen.
 * @param all what All is: `.+` by default; `.*` where the label may be empty; null: all of its values, and no others
 */
export const labelVariable = (
  name: string,
  { label, means, of, where = '', labelName = name, all = '.+' }: LabelVariable,
): Builder<VariableModel> => {
  const query = `label_values(${of}${where === '' ? '' : `{${where}}`}, ${labelName})`;
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .description(means)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
  return all === null ? variable : variable.allValue(all);
};

export interface LabelVariable {
  /** For people. */
  label: string;
  means: string;
  /** The metric whose label it is. */
  of: string;
  /** What narrows it down: other variables. */
  where?: string;
  /** Where it is not called like the variable. */
  labelName?: string;
  all?: string | null;
}
