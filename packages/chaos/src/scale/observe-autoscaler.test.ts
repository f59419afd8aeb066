import type { DrillEvent } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { podOf } from '../../test/support/node-pods.ts';
import type { Autoscaler } from '../targets/kubernetes/autoscaler.ts';
import { observeAutoscaler } from './observe-autoscaler.ts';

test('a cluster that is silent does not outlast the end, and its silence is in the record', async () => {
  const stop = new AbortController();
  const events: DrillEvent[] = [];
  let looks = 0;
  const autoscaler: Autoscaler = {
    settings: { name: 'x', workload: 'Deployment x', min: 1, max: 2, upMs: 0, downMs: 0 },
    read: async () => ({ desired: 1, current: 1, conditions: [] }),
    notices: async () => [],
    pods: () => {
      looks += 1;
      if (looks === 1) return Promise.resolve([podOf('a', { nodeId: null })]);
      setImmediate(() => stop.abort());
      return new Promise(() => {});
    },
  };
  await observeAutoscaler({
    // Nothing listens there: the rooms are not known either.
    deployment: { redisUrl: 'redis://127.0.0.1:1' },
    ...{ autoscaler, rooms: new Set<string>(), endAtMs: 600_000, stop: stop.signal },
    rule: { metric: 'rooms', target: 10 },
    live: {
      elapsedMs: () => (looks < 2 ? 100 : 15_100),
      append: (event) => void events.push(event),
    },
  });
  const reading = {
    event: 'scale_observed',
    load: null,
    wanted: 1,
    serving: ['a'],
    unnamed: ['a'],
  };
  expect(events.filter(({ event }) => event === 'scale_observed')).toEqual([reading, reading]);
});
