import type {
  AnnotationQuery,
  Dashboard,
  Panel,
  RowPanel,
  VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ALERTS } from './alerts/index.ts';
import { dashboards } from './dashboards/index.ts';
import { RECORDINGS } from './recordings.ts';

/** A question to Prometheus, and where it is asked. */
export interface AskedQuery {
  /** The key of a dashboard, `alerts` or `recordings`. */
  asker: string;
  /** The panel, the annotation, the variable, the alert or the recording. */
  where: string;
  kind: 'panel' | 'variable' | 'annotation' | 'alert' | 'recording';
  /** With Grafana's variables in it. Of a variable: the selector whose labels it lists. */
  expr: string;
  /** Of a variable: the label. */
  label?: string;
}

/** Every query of every panel, variable, annotation, alert and recording. */
export const queries = (): readonly AskedQuery[] => [
  ...Object.entries(dashboards()).flatMap(([asker, dashboard]) =>
    queriesOfDashboard(asker, dashboard),
  ),
  ...ALERTS.map(
    ({ name, expr }): AskedQuery => ({ asker: 'alerts', where: name, kind: 'alert', expr }),
  ),
  ...RECORDINGS.map(
    ({ record, expr }): AskedQuery => ({
      asker: 'recordings',
      where: record,
      kind: 'recording',
      expr,
    }),
  ),
];

/** Read from what is written to the file, so that nothing in it goes unchecked. */
export const queriesOfDashboard = (asker: string, dashboard: Dashboard): readonly AskedQuery[] => [
  ...panelsOf(dashboard).flatMap((panel) =>
    exprsOf(panel).map(
      (expr): AskedQuery => ({ asker, where: panel.title ?? '', kind: 'panel', expr }),
    ),
  ),
  ...(dashboard.templating.list ?? []).flatMap((variable) => variableQuery(asker, variable)),
  ...(dashboard.annotations.list ?? []).map(
    ({ name, expr = '' }: AnnotationQuery): AskedQuery => ({
      asker,
      where: name,
      kind: 'annotation',
      expr,
    }),
  ),
];

const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';

export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  (dashboard.panels ?? []).filter(isPanel);

const exprsOf = ({ targets = [], title }: Panel): string[] =>
  targets.map((target) => {
    if ('expr' in target && typeof target.expr === 'string') return target.expr;
    throw new Error(`the panel "${title}" has a query that is none for Prometheus`);
  });

const LABEL_VALUES = /^label_values\((?<selector>.+), (?<label>\w+)\)$/;

const variableQuery = (asker: string, { name, type, definition }: VariableModel): AskedQuery[] => {
  if (type !== 'query') return [];
  const { selector, label } = LABEL_VALUES.exec(definition ?? '')?.groups ?? {};
  if (selector === undefined || label === undefined)
    throw new Error(`the variable ${name} of ${asker} lists no label: ${definition}`);
  return [{ asker, where: name, kind: 'variable', expr: selector, label }];
};

/** What Grafana puts in for its own variables; `rateInterval` in Prometheus' words. Every choice of the dashboard is All. */
export const withoutVariables = (expr: string, rateInterval: string): string =>
  expr.replaceAll('$__rate_interval', rateInterval).replace(/\$\w+/g, '.*');
