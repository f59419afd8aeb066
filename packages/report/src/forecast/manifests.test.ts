import { forecastNodes, readCurveCsv } from '@livekit-swarm/chaos/scale';
import { plainOf, readMapping } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { forecastSample } from '../../test/support/samples.ts';
import { FORECAST_REPORTERS } from './index.ts';

const MINUTE = 60_000;

interface Manifest {
  metadata: unknown;
  spec: { triggers: { metadata: unknown }[] };
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
