import { forecastNodes, readCurveCsv } from '@livekit-swarm/chaos/scale';
import { plainOf, readMapping } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { forecastSample } from '../../test/support/samples.ts';
import { FORECAST_REPORTERS } from './index.ts';

const MINUTE = 60_000;

interface Manifest {
  metadata: unknown;
  spec: {
    minReplicaCount: number;
    maxReplicaCount: number;
    triggers: { type: string; metadata: { start: string; end: string; desiredReplicas: string } }[];
  };
}

const parse = (text: string): Manifest => {
  const tree = readMapping(text, { file: 'x.yaml', noun: 'manifest', begin: '' });
  return plainOf(tree) as unknown as Manifest;
};

const view = (csv: string, coolDown = 5 * MINUTE) => ({
  ...forecastSample(),
  workload: { kind: 'StatefulSet', name: 'media' } as const,
  forecast: forecastNodes(readCurveCsv(csv, 'day.csv'), {
    ...{ carries: 150, headroom: 1.5, boot: 3 * MINUTE, every: 15_000, coolDown, min: 2 },
  }),
});

const SLOW = 'time,rooms\n08:00,100\n18:00,1250\n19:00,1250\n23:00,100';

it('writes the target, the limits and the windows of an HPA as numbers for Kubernetes', () => {
  const { metadata, spec } = parse(FORECAST_REPORTERS.hpa.render(view(SLOW, 90 * MINUTE)));
  expect(metadata).toEqual({ name: 'media' });
  expect(spec).toMatchObject({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'media' },
    ...{ minReplicas: 2, maxReplicas: 14 },
    metrics: [
      {
        external: {
          metric: { name: 'livekit_rooms' },
          target: { type: 'AverageValue', averageValue: '100' },
        },
      },
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ value: 14 }] },
      // As long as Kubernetes permits.
      scaleDown: { stabilizationWindowSeconds: 3_600, policies: [{ periodSeconds: 1_800 }] },
    },
  });
});

it('states that a scaler without the timetable is late for a jump', () => {
  const jump = 'time,participants\n08:00,100\n08:00,1000\n09:00,1000\n09:00,100';
  expect(FORECAST_REPORTERS.hpa.render(view(jump))).toContain('Alone it is late');
  expect(FORECAST_REPORTERS.hpa.render(view(SLOW))).not.toContain('Alone it is late');
});

it('orders nodes for KEDA by the timetable, in its clock', () => {
  const csv = 'time,participants\nsun 00:02,100\nsun 00:02,400\nsun 01:00,400\nsun 01:00,100';
  const { spec } = parse(FORECAST_REPORTERS.keda.render(view(csv)));
  const [load, order] = spec.triggers;
  expect(load).toMatchObject({ type: 'prometheus', metadata: { ignoreNullValues: 'false' } });
  // Ordered three minutes earlier, on the day before; removed five minutes after the need.
  expect(order).toEqual({
    type: 'cron',
    metadata: {
      ...{ timezone: 'Etc/UTC', start: '59 23 * * 6', end: '5 1 * * 0', desiredReplicas: '4' },
    },
  });
  const date =
    'time,rooms\n2026-12-01 08:00,100\n2026-12-01 08:00,400\n2026-12-01 09:00,400\n2026-12-01 09:00,100';
  const dated = parse(FORECAST_REPORTERS.keda.render(view(date)));
  expect(dated.spec.triggers[1]?.metadata).toMatchObject({
    start: '57 7 1 12 *',
    end: '5 9 1 12 *',
  });
});

/** Nodes that a ScaledObject has in each minute of a day or of a week that begins on Sunday. */
const minutesOf = (csv: string, cycle: number): { nodes: number[]; triggers: number } => {
  const { spec } = parse(FORECAST_REPORTERS.keda.render(view(csv)));
  const nodes = new Array<number>(cycle).fill(spec.minReplicaCount);
  const orders = spec.triggers.filter(({ type }) => type === 'cron');
  const minuteOf = (cron: string): number => {
    const [minute = '', hour = '', , , weekday = ''] = cron.split(' ');
    return Number(minute) + 60 * Number(hour) + (weekday === '*' ? 0 : DAY * Number(weekday));
  };
  for (const { metadata } of orders) {
    expect(metadata.start).not.toBe(metadata.end);
    const to = minuteOf(metadata.end);
    for (let at = minuteOf(metadata.start); at !== to; at = (at + 1) % cycle)
      nodes[at] = Math.max(nodes[at] ?? 0, Number(metadata.desiredReplicas));
  }
  for (const count of nodes) expect(count).toBeLessThanOrEqual(spec.maxReplicaCount);
  return { nodes, triggers: orders.length };
};

const DAY = 24 * 60;

it('orders for whole minutes what a steep load needs for seconds', () => {
  const csv = 'time,rooms\n08:00,50\n08:05,1000\n09:00,1000\n09:00,50';
  const { nodes, triggers } = minutesOf(csv, DAY);
  // A node more each 32 s, ordered three minutes earlier.
  expect(nodes.slice(7 * 60 + 57, 8 * 60 + 3)).toEqual([3, 5, 7, 9, 10, 10]);
  expect(triggers).toBe(5);
  expect(nodes.slice(8 * 60 + 1, 9 * 60 + 5).every((count) => count === 10)).toBe(true);
  expect(nodes.filter((count) => count > 2)).toHaveLength(4 + 64);
});

it('runs at all times what a whole day or week needs, without an order', () => {
  const week = minutesOf('time,rooms\nmon 00:00,250\nsun 24:00,250', 7 * DAY);
  expect(week.triggers).toBe(0);
  expect(new Set(week.nodes)).toEqual(new Set([3]));
  // Nodes of a day are ordered before its beginning, and stay after its end.
  const day = minutesOf('time,rooms\n00:00,250\n24:00,260', DAY);
  expect(day.triggers).toBe(0);
  expect(new Set(day.nodes)).toEqual(new Set([3]));
  const peak = minutesOf(
    'time,rooms\n00:00,250\n12:00,250\n12:00,350\n13:00,350\n13:00,250\n24:00,250',
    DAY,
  );
  expect(peak.triggers).toBe(1);
  expect(peak.nodes.filter((count) => count === 4)).toHaveLength(68);
  expect(peak.nodes.filter((count) => count === 3)).toHaveLength(DAY - 68);
});

it('counts each room of this deployment once, and names what to change', () => {
  const text = FORECAST_REPORTERS.keda.render(view(SLOW));
  expect(parse(text).spec.triggers[0]?.metadata).toMatchObject({
    query: 'sum(clamp_min(max by (instance) (livekit_room_total{job="livekit"}), 0))',
  });
  expect(text).toMatch(/^# Change serverAddress, job in the query/m);
  const participants = FORECAST_REPORTERS.keda.render(view(SLOW.replace('rooms', 'participants')));
  expect(participants).toMatch(/^# Change serverAddress, the query where Prometheus has several/m);
});
