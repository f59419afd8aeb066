import { describe, expect, it } from 'vitest';
import { findProblems, missingMetrics } from '../test/support/find-problems.ts';
import { readPromql } from '../test/support/read-promql.ts';
import { KNOWN } from './known/index.ts';
import { page } from './panels/page.ts';
import { graph } from './panels/panel.ts';
import { promql } from './panels/query.ts';
import { queries, queriesOfDashboard } from './queries.ts';
import { SHIPPED } from './shipped.ts';

it.each(queries(SHIPPED))(
  '$kind of $owner, $where: uses only exported metrics and labels: $expr',
  (query) => {
    expect(findProblems(query)).toEqual([]);
  },
);

/** Dashboard with one panel and this query. */
const panelWith = (expr: string) =>
  queriesOfDashboard(
    'run',
    page({
      scope: SHIPPED,
      key: 'run',
      clusterOf: 'livekit_swarm_run_info',
      title: 'Test dashboard',
      description: 'For a test.',
      variables: [],
      rows: [
        {
          title: 'Row',
          panels: [graph({ title: 'Panel', description: 'For a test.', queries: [promql(expr)] })],
        },
      ],
    }),
  ).filter(({ kind }) => kind === 'panel');

describe('findProblems reports', () => {
  it.each([
    [
      'sum(rate(livekit_packets_lost_total[$__rate_interval]))',
      'unknown metric livekit_packets_lost_total',
    ],
    // Only the series of buckets, sum and count exist.
    ['max(livekit_swarm_run_jitter_seconds)', 'unknown metric livekit_swarm_run_jitter_seconds'],
    ['up == 0 or on () livekit_swarm_run_unicorns', 'unknown metric livekit_swarm_run_unicorns'],
    [
      'livekit_swarm_run_packets_total{participant="a"}',
      'livekit_swarm_run_packets_total has no label participant',
    ],
    [
      'sum by (room) (livekit_swarm_run_packets_total)',
      'groups by room, which is not a label of livekit_swarm_run_packets_total',
    ],
    [
      'rate(livekit_room_total[$__rate_interval])',
      'rate of livekit_room_total, which is not a counter',
    ],
    [
      'sum(rate(livekit_swarm_run_packets_total{scenario=~"$scenario"}[5m]))',
      'rate over a fixed window instead of $__rate_interval',
    ],
    ['vector(2)', 'selects no metric'],
  ])('%s', (expr, problem) => {
    const uses = panelWith(expr);
    expect(uses).toHaveLength(1);
    expect(uses.flatMap((use) => findProblems(use))).toEqual([problem]);
  });

  it('a variable that lists an unknown label', () => {
    expect(findProblems({ expr: 'livekit_room_total', label: 'room' })).toEqual([
      'livekit_room_total has no label room',
    ]);
  });

  it('metrics that always exist but were not scraped', () => {
    const uses = panelWith(
      'livekit_room_total + livekit_swarm_run_unicorns + on () livekit_nack_total',
    );
    // The NACK series is declared to appear with the first NACK.
    expect(missingMetrics(uses, new Set(['livekit_room_total']))).toEqual([
      'livekit_swarm_run_unicorns (run, Panel)',
    ]);
    expect(missingMetrics(uses, new Set())).toEqual([
      'livekit_room_total (run, Panel)',
      'livekit_swarm_run_unicorns (run, Panel)',
    ]);
  });
});

it.each([...KNOWN].filter(([, { appears }]) => appears === 'first_use'))(
  '%s: describes the condition under which it appears',
  (_name, { why }) => {
    expect(why).toMatch(/^\S.{10,}[^.\s]$/);
  },
);

describe('readPromql', () => {
  it('rejects invalid PromQL', () => {
    expect(() => readPromql('sum(rate(up[1m])')).toThrow('not PromQL');
    expect(() => readPromql('up{job=livekit}')).toThrow('not PromQL');
    expect(() => readPromql('{job="livekit"}')).toThrow('without a metric name');
  });

  it('finds metrics in nested expressions', () => {
    const read = readPromql(
      'sum by (a) (rate(x{b="1"}[5m])) / on (a) group_left y:z:w or clamp_min(q offset 5m, 0)',
    );
    expect(read.selections).toEqual([
      { metric: 'x', matchers: ['b'], text: 'x{b="1"}' },
      { metric: 'y:z:w', matchers: [], text: 'y:z:w' },
      { metric: 'q', matchers: [], text: 'q' },
    ]);
    expect(read.groupings).toEqual([{ labels: ['a'], metrics: ['x'], made: [] }]);
    expect(read.calls.map((call) => call.function)).toEqual(['rate', 'clamp_min']);
  });

  it('finds labels that a query makes', () => {
    const [grouping] = readPromql(
      'max by (a) (label_replace(label_replace(x{c="1"}, "b", "$1", "c", "(.*)"), "a", "z", "", ""))',
    ).groupings;
    expect(grouping?.made).toEqual(['a', 'b']);
  });
});
