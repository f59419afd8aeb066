import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardLink, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

/** Link of a series or a cell. */
export interface PanelLink {
  title: string;
  url: string;
}

/** Variables that Grafana fills in: data source, selected cluster and job, time range. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const KEPT = '${datasource:queryparam}&${cluster:queryparam}&${job:queryparam}&${__url_time_range}';

/** Link to the node of a series. @param label label with the node's name */
export const toNodeOfSeries = (url: string, label: string): PanelLink => ({
  title: 'Node',
  url: `${url}?${KEPT}&var-instance=\${__field.labels.${label}}`,
});

/** Link to the node of a table row, whose name is in a column. */
export const toNodeOfRow = (url: string, column: string): PanelLink => ({
  title: 'Node',
  url: `${url}?${KEPT}&var-instance=\${__data.fields["${column}"]}`,
});

/** Link to another dashboard, with the same selections. */
export const toDashboard = (title: string, url: string): PanelLink => ({
  title,
  url: `${url}?${KEPT}&\${instance:queryparam}`,
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana fills it in.

/** Converts a link to the form of panels. */
export const dataLink = ({ title, url }: PanelLink): Builder<DashboardLink> => ({
  build: () => ({
    type: DashboardLinkType.Link,
    icon: '',
    tooltip: '',
    tags: [],
    asDropdown: false,
    includeVars: false,
    keepTime: false,
    targetBlank: false,
    title,
    url,
  }),
});
