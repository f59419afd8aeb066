import { describe, expect, it } from 'vitest';
import { complaintsAbout, unseen } from '../test/support/complaints.ts';
import { readPromql } from '../test/support/read-promql.ts';
import { KNOWN } from './known/index.ts';
import { page } from './panels/page.ts';
import { graph } from './panels/panel.ts';
import { ask } from './panels/query.ts';
import { queries, queriesOfDashboard } from './queries.ts';

it.each(queries())('$kind of $asker, $where: asks only for what is exported: $expr', (query) => {
  expect(complaintsAbout(query)).toEqual([]);
});

/** A dashboard with one panel that asks this. */
const panelThatAsks = (expr: string) =>
  queriesOfDashboard(
    'run',
    page({
      key: 'run',
      title: 'Of a test',
      description: 'Not shipped.',
      variables: [],
      rows: [
        {
          title: 'Row',
          panels: [graph({ title: 'Panel', means: 'Nothing good.', queries: [ask(expr)] })],
        },
      ],
    }),
  );

describe('a panel that must not be built', () => {
  it.each([
    [
      'sum(rate(livekit_packets_lost_total[$__rate_interval]))',
      'nobody exports livekit_packets_lost_total',
    ],
    // Known, but by its buckets, its sum and its count only.
    ['max(swarm_run_jitter_seconds)', 'nobody exports swarm_run_jitter_seconds'],
    ['up == 0 or on () swarm_run_unicorns', 'nobody exports swarm_run_unicorns'],
    [
      'swarm_run_packets_total{participant="a"}',
      'swarm_run_packets_total has no label participant',
    ],
    [
      'sum by (room) (swarm_run_packets_total)',
      'it groups by room, which none of swarm_run_packets_total has',
    ],
    [
      'rate(livekit_room_total[$__rate_interval])',
      'rate of livekit_room_total, which is no counter',
    ],
    [
      'sum(rate(swarm_run_packets_total{scenario=~"$scenario"}[5m]))',
      'a rate over a window that Grafana should choose',
    ],
    ['vector(1)', 'it asks for nothing'],
  ])('%s', (expr, complaint) => {
    const asked = panelThatAsks(expr);
    expect(asked).toHaveLength(1);
    expect(asked.flatMap(complaintsAbout)).toEqual([complaint]);
  });

  it('is one whose variable lists a label that is not there, too', () => {
    expect(complaintsAbout({ expr: 'livekit_room_total', label: 'room' })).toEqual([
      'livekit_room_total has no label room',
    ]);
  });

  it('is one whose metric a real Prometheus never saw, though it is there from the start', () => {
    const asked = panelThatAsks(
      'livekit_room_total + swarm_run_unicorns + on () livekit_nack_total',
    );
    // NACKs are no series before the first one, and declared so.
    expect(unseen(asked, new Set(['livekit_room_total']))).toEqual([
      'swarm_run_unicorns (run, Panel)',
    ]);
    expect(unseen(asked, new Set())).toEqual([
      'livekit_room_total (run, Panel)',
      'swarm_run_unicorns (run, Panel)',
    ]);
  });
});

it.each([...KNOWN].filter(([, { appears }]) => appears === 'first_use'))(
  '%s: says what must have happened first',
  (_name, { why }) => {
    expect(why).toMatch(/^\S.{10,}[^.\s]$/);
  },
);

describe('readPromql', () => {
  it('says what is not PromQL', () => {
    expect(() => readPromql('sum(rate(up[1m])')).toThrow('not PromQL');
    expect(() => readPromql('up{job=livekit}')).toThrow('not PromQL');
    expect(() => readPromql('{job="livekit"}')).toThrow('without a name');
  });

  it('finds metrics wherever they are', () => {
    const read = readPromql(
      'sum by (a) (rate(x{b="1"}[5m])) / on (a) group_left y:z:w or clamp_min(q offset 5m, 0)',
    );
    expect(read.selections).toEqual([
      { metric: 'x', matchers: ['b'] },
      { metric: 'y:z:w', matchers: [] },
      { metric: 'q', matchers: [] },
    ]);
    expect(read.groupings).toEqual([{ labels: ['a'], metrics: ['x'] }]);
    expect(read.calls.map((call) => call.function)).toEqual(['rate', 'clamp_min']);
  });
});
