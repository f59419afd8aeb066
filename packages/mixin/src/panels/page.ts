import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DASHBOARDS, type DashboardUid } from '../rule.ts';
import { clusterVariable, datasourceVariable } from './variables.ts';

/** A dashboard from top to bottom. */
export interface Page {
  /** Label names of the dashboard. */
  scope: { cluster: string };
  key: DashboardUid;
  /** Metric that lists the clusters of this dashboard. */
  clusterOf: string;
  title: string;
  description: string;
  /** Variables besides data source and cluster. */
  variables: readonly Builder<VariableModel>[];
  annotations?: readonly Builder<AnnotationQuery>[];
  rows: readonly Row[];
}

export interface Row {
  title: string;
  /** Open row. Other rows are collapsed, and query nothing until opened. */
  open?: true;
  panels: readonly Builder<Panel>[];
}

/** Tag of all dashboards; their links use it. */
export const TAG = 'livekit-swarm';

/** Schema version of Grafana 11.0, which later versions read. */
const SCHEMA_VERSION = 39;

const links = (): DashboardLink[] => [
  {
    title: 'LiveKit dashboards',
    type: DashboardLinkType.Dashboards,
    icon: 'external link',
    tooltip: 'The other dashboards of livekit-swarm, with the same time range and variables',
    tags: [TAG],
    asDropdown: true,
    targetBlank: false,
    includeVars: true,
    keepTime: true,
  },
];

/**
 * Builds a dashboard. Panel ids count from 1 in order: a link to a panel stays valid until a panel
 * is inserted before it.
 */
export const page = ({
  scope,
  key,
  clusterOf,
  title,
  description,
  variables,
  annotations = [],
  rows,
}: Page): Dashboard => {
  const dashboard = new DashboardBuilder(title)
    .uid(DASHBOARDS[key])
    .description(description)
    .tags([TAG, key])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .links(links().map((link) => ({ build: () => link })))
    .variables([datasourceVariable(), clusterVariable(scope.cluster, clusterOf), ...variables])
    .annotations([...annotations]);
  let id = 1;
  for (const { title: heading, open, panels } of rows) {
    const row = new RowBuilder(heading).id(id++);
    const numbered = panels.map((builder): Builder<Panel> => {
      const panel = { ...builder.build(), id: id++ };
      return { build: () => panel };
    });
    if (open !== true) {
      row.collapsed(true);
      for (const panel of numbered) row.withPanel(panel);
    }
    dashboard.withRow(row);
    if (open === true) for (const panel of numbered) dashboard.withPanel(panel);
  }
  return { ...dashboard.build(), schemaVersion: SCHEMA_VERSION };
};
