import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardLink, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

/** A link of a series or a cell. */
export interface PanelLink {
  title: string;
  url: string;
}

/** What Grafana fills in: the data source, the chosen cluster and job, and the time range. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const KEPT = '${datasource:queryparam}&${cluster:queryparam}&${job:queryparam}&${__url_time_range}';

/** The node of a series. @param label that names it */
export const toNodeOfSeries = (url: string, label: string): PanelLink => ({
  title: 'Node',
  url: `${url}?${KEPT}&var-instance=\${__field.labels.${label}}`,
});

/** The node of a row of a table, which has its name in a column. */
export const toNodeOfRow = (url: string, column: string): PanelLink => ({
  title: 'Node',
  url: `${url}?${KEPT}&var-instance=\${__data.fields["${column}"]}`,
});

/** Another dashboard, with the same choices. */
export const toDashboard = (title: string, url: string): PanelLink => ({
  title,
  url: `${url}?${KEPT}&\${instance:queryparam}`,
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana fills it in.

/** As panels have it. */
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
