import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Data source that is selected at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

export const datasourceVariable = (): Builder<VariableModel> =>
  new DatasourceVariableBuilder('datasource')
    .label('Prometheus')
    .description('Prometheus data source')
    .type('prometheus');

/**
 * Variable with all values of a label of a metric, any number of which may be selected.
 * @param all value of All: default `.+`; `.*` if the label may be empty; null: exactly the listed
 * values
 */
export const labelVariable = (
  name: string,
  { label, description, of, where = '', labelName = name, all = '.+' }: LabelVariable,
): Builder<VariableModel> => {
  const query = `label_values(${of}${where === '' ? '' : `{${where}}`}, ${labelName})`;
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .description(description)
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

/**
 * Variable for clusters.
 * @param label label with the cluster's name
 * @param of metric with this label
 */
export const clusterVariable = (label: string, of: string): Builder<VariableModel> =>
  labelVariable('cluster', {
    label: 'Cluster',
    description: 'Clusters or sites, if series have such a label',
    of,
    labelName: label,
    // All includes series without the label.
    all: '.*',
  });

export interface LabelVariable {
  /** Title in Grafana. */
  label: string;
  description: string;
  /** Metric with the label. */
  of: string;
  /** Selector of the metric, usually with other variables. */
  where?: string;
  /** Name of the label, if it differs from the name of the variable. */
  labelName?: string;
  all?: string | null;
}
