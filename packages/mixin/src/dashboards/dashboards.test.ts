import type { Dashboard, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { renderConfigMap } from '../outputs.ts';
import { TAG } from '../panels/page.ts';
import { openPanelsOf, panelsOf } from '../queries.ts';
import { DASHBOARDS } from '../rule.ts';
import { ALERTS, SHIPPED } from '../shipped.ts';
import { dashboards } from './index.ts';

const all = Object.entries(dashboards(SHIPPED));
/**
 * Selectors of variables whose All excludes values: series may lack a cluster, probes a node,
 * scraped runs a test, and not every job is LiveKit.
 */
const ALL: Record<string, string | undefined> = {
  cluster: '.*',
  node: '.*',
  testid: '.*',
  job: undefined,
};
/** Largest annotation that kubectl apply can store, bytes. */
const MOST_CONFIG_MAP = 262_144;

/** Rows and their panels, with collapsed rows included. */
const withCollapsed = ({ panels = [] }: Dashboard) =>
  panels.flatMap((panel) =>
    panel.type === 'row' ? [panel, ...(panel as RowPanel).panels] : [panel],
  );

describe.each(all)('%s', (key, dashboard) => {
  const panels = panelsOf(dashboard);

  it('has the uid that alerts link to, and the tag that links dashboards to each other', () => {
    expect(dashboard.uid).toBe(DASHBOARDS[key as keyof typeof DASHBOARDS]);
    expect(dashboard.tags).toContain(TAG);
    expect(dashboard.links).toEqual([
      expect.objectContaining({ type: 'dashboards', tags: [TAG], keepTime: true }),
    ]);
    expect(dashboard.description).toMatch(/\.$/);
  });

  it.each(panels.map((panel) => [panel.title, panel]))(
    '%s: describes what it shows and what a bad value means',
    (title, panel) => {
      expect(title).toMatch(/^\S.*[^.\s]$/);
      expect(panel.description).toMatch(/^\S.{30,}\.$/s);
      expect(panel.datasource?.uid).toContain('datasource');
      expect(panel.targets?.length).toBeGreaterThan(0);
    },
  );

  it('has each title once in a row', () => {
    let inRow = new Set<string>();
    for (const panel of withCollapsed(dashboard)) {
      if (panel.type === 'row') inRow = new Set();
      expect(inRow).not.toContain(panel.title);
      inRow.add(panel.title ?? '');
    }
  });

  it('groups the queries of a table only by the labels of its rows: other labels would split rows', () => {
    for (const { type, title, targets = [], transformations } of panels.filter(
      ({ targets: all = [] }) => all.length > 1,
    )) {
      if (type !== 'table') continue;
      const organize = transformations?.find(({ id }) => id === 'organize');
      const by = Object.keys(organize?.options.indexByName).join(', ');
      for (const target of targets)
        expect('expr' in target && target.expr, title).toContain(` by (${by}) (`);
    }
  });

  it('shows its state first, in at most 16 queries, and collapses all other rows', () => {
    const [first, ...others] = (dashboard.panels ?? []).filter(({ type }) => type === 'row');
    expect(first).toMatchObject({ collapsed: false });
    for (const row of others) expect(row).toMatchObject({ collapsed: true });
    const asked = openPanelsOf(dashboard).flatMap(({ targets = [] }) => targets);
    expect(asked.length).toBeLessThanOrEqual(16);
  });

  it('marks alerts, drills and, for ranges of hours, starts of nodes', () => {
    const marks = (dashboard.annotations.list ?? []).map(({ name }) => name);
    const wanted = [
      'Alerts',
      'Faults',
      ...(dashboard.time?.from === 'now-30d' ? [] : ['Node starts']),
    ];
    expect(marks).toEqual(expect.arrayContaining(wanted));
  });

  it('numbers panels once', () => {
    const ids = withCollapsed(dashboard).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('places panels next to each other without gaps or overlaps', () => {
    const taken = new Map<string, string>();
    for (const { gridPos, title = '' } of withCollapsed(dashboard)) {
      const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.get(`${column},${line}`), `${title} lies on`).toBeUndefined();
          taken.set(`${column},${line}`, title);
        }
      }
    }
    const height = Math.max(...[...taken.keys()].map((place) => Number(place.split(',')[1]) + 1));
    expect(taken.size).toBe(24 * height);
  });

  it('offers a Prometheus first, and then any number of label values', () => {
    const [first, ...others] = dashboard.templating.list ?? [];
    expect(first).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
    for (const variable of others) {
      expect(variable, variable.name).toMatchObject({
        type: 'query',
        multi: true,
        includeAll: true,
      });
      expect(variable.allValue).toBe(variable.name in ALL ? ALL[variable.name] : '.+');
      expect(JSON.stringify(dashboard.panels), variable.name).toContain(`$${variable.name}`);
    }
  });

  it('fits into a ConfigMap', () => {
    expect(Buffer.byteLength(renderConfigMap(SHIPPED, dashboard))).toBeLessThan(MOST_CONFIG_MAP);
  });
});

it('has a dashboard for every alert', () => {
  for (const { dashboard, name } of ALERTS)
    expect(dashboards(SHIPPED)[dashboard]?.uid, name).toBe(DASHBOARDS[dashboard]);
});

it('links between all of them', () => {
  expect(new Set(all.map(([, { uid }]) => uid)).size).toBe(Object.keys(DASHBOARDS).length);
});

it('links from the overview to a node, and from a node to its rooms', () => {
  const { cluster, node } = dashboards(SHIPPED);
  expect(JSON.stringify(cluster)).toContain(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
    '/d/livekit-swarm-node?${datasource:queryparam}&${cluster:queryparam}&${job:queryparam}&${__url_time_range}&var-instance=${__data.fields[',
  );
  expect(JSON.stringify(node)).toContain('/d/livekit-swarm-rooms?');
});

it('counts what several exporters of a cluster watch once', () => {
  const queries = panelsOf(dashboards(SHIPPED).agents).flatMap(({ targets = [] }) =>
    targets.flatMap((target) => ('expr' in target ? String(target.expr) : [])),
  );
  const added = queries.filter((expr) => /\b(sum|count)\b/.test(expr));
  expect(added.length).toBeGreaterThan(5);
  for (const expr of added)
    expect(expr).toMatch(/\b(sum|count)( by \([a-z, ]+\))? ?\(max by \(cluster, [a-z, ]+\) \(/);
});
