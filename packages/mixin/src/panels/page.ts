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
import { datasourceVariable } from './variables.ts';

/** What a dashboard consists of, from top to bottom. */
export interface Page {
  key: DashboardUid;
  title: string;
  description: string;
  /** Beside the one that chooses the Prometheus. */
  variables: readonly Builder<VariableModel>[];
  annotations?: readonly Builder<AnnotationQuery>[];
  rows: readonly Row[];
}

export interface Row {
  title: string;
  panels: readonly Builder<Panel>[];
}

/** All dashboards have it: by it they link to each other. */
export const TAG = 'livekit-swarm';

/** Grafana 11.0 wrote this version; whatever is newer understands it. */
const SCHEMA_VERSION = 39;

const links = (): DashboardLink[] => [
  {
    title: 'LiveKit dashboards',
    type: DashboardLinkType.Dashboards,
    icon: 'external link',
    tooltip: 'The other dashboards of livekit-swarm, with the same time range and choices',
    tags: [TAG],
    asDropdown: true,
    targetBlank: false,
    includeVars: true,
    keepTime: true,
  },
];

/** Panels are numbered from 1 in their order: links to a panel stay right as long as nothing is put before it. */
export const page = ({
  key,
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
    .variables([datasourceVariable(), ...variables])
    .annotations([...annotations]);
  let id = 1;
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title).id(id++));
    for (const builder of row.panels) {
      const panel = { ...builder.build(), id: id++ };
      dashboard.withPanel({ build: () => panel });
    }
  }
  return { ...dashboard.build(), schemaVersion: SCHEMA_VERSION };
};
