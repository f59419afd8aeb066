import type {
  AnnotationQuery,
  Dashboard,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { allAlerts } from './alerts/index.ts';
import { EXAMPLE_CAPACITY } from './capacity.ts';
import type { Names } from './config/names.ts';
import { dashboards } from './dashboards/index.ts';
import { recordings } from './recordings.ts';

/** PromQL query and its place. */
export interface QueryUse {
  /** Key of a dashboard, `alerts` or `recordings`. */
  owner: string;
  /** Name of the panel, annotation, variable, alert or recording. */
  where: string;
  kind: 'panel' | 'variable' | 'annotation' | 'alert' | 'recording';
  /**
   * Expression, perhaps with Grafana variables. For a variable: the selector whose label values it
   * lists.
   */
  expr: string;
  /** Label that a variable lists. */
  label?: string;
}

/** All queries of panels, variables, annotations, alerts and recordings. */
export const queries = (names: Names): readonly QueryUse[] => [
  ...Object.entries(dashboards(names)).flatMap(([owner, dashboard]) =>
    queriesOfDashboard(owner, dashboard),
  ),
  ...allAlerts(names).map(
    ({ name, expr }): QueryUse => ({ owner: 'alerts', where: name, kind: 'alert', expr }),
  ),
  ...recordings(names, EXAMPLE_CAPACITY).map(
    ({ record, expr }): QueryUse => ({
      owner: 'recordings',
      where: record,
      kind: 'recording',
      expr,
    }),
  ),
];

/** Queries of a rendered dashboard, so that no query is missed. */
export const queriesOfDashboard = (owner: string, dashboard: Dashboard): readonly QueryUse[] => [
  ...panelsOf(dashboard).flatMap((panel) =>
    exprsOf(panel).map(
      (expr): QueryUse => ({ owner, where: panel.title ?? '', kind: 'panel', expr }),
    ),
  ),
  ...(dashboard.templating.list ?? []).flatMap((variable) => variableQuery(owner, variable)),
  ...(dashboard.annotations.list ?? []).map(
    ({ name, expr = '' }: AnnotationQuery): QueryUse => ({
      owner,
      where: name,
      kind: 'annotation',
      expr,
    }),
  ),
];

const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === 'row';

/** Panels of all rows, collapsed ones included. */
export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  (dashboard.panels ?? []).flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));

/** Panels that are queried when the dashboard opens. */
export const openPanelsOf = (dashboard: Dashboard): readonly Panel[] =>
  (dashboard.panels ?? []).flatMap((panel) => (isRow(panel) ? [] : [panel]));

const exprsOf = ({ targets = [], title }: Panel): string[] =>
  targets.map((target) => {
    if ('expr' in target && typeof target.expr === 'string') return target.expr;
    throw new Error(`the panel "${title}" has a query that is not PromQL`);
  });

const LABEL_VALUES = /^label_values\((?<selector>.+), (?<label>\w+)\)$/;

const variableQuery = (owner: string, { name, type, definition }: VariableModel): QueryUse[] => {
  if (type !== 'query') return [];
  const { selector, label } = LABEL_VALUES.exec(definition ?? '')?.groups ?? {};
  if (selector === undefined || label === undefined)
    throw new Error(`the variable ${name} of ${owner} lists no label: ${definition}`);
  return [{ owner, where: name, kind: 'variable', expr: selector, label }];
};

/**
 * Replaces Grafana variables: dashboard variables match all values, `$__rate_interval` is
 * `rateInterval`, and `$__range` is `range`.
 */
export const withoutVariables = (expr: string, rateInterval: string, range = '1h'): string =>
  expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', range)
    .replace(/\$\w+/g, '.*');
