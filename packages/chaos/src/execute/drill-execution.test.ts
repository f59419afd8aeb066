import type { LiveRun } from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakeTarget } from '../../test/support/fake-platform.ts';
import { drillTimes } from '../drill/drill-times.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import { FAULTS } from '../faults/index.ts';
import { tellStory } from './drill-execution.ts';

it('tells its record, too, that a fault could not be injected: who reads it again must not take it for one in which nothing went wrong', async () => {
  const drill = drillOf({ faults: [faultOf({ aim: { role: 'turn' } })] });
  const told: string[] = [];
  const over = new AbortController();
  const live: LiveRun = {
    startedAtMs: 0,
    elapsedMs: () => drillTimes(drill).zeroMs,
    append: (event) =>
      void told.push('message' in event ? `${event.what}: ${event.message}` : event.what),
    stop: () => over.abort(),
  };
  const story = tellStory({
    drill,
    deployment: {
      target: fakeTarget(),
      ...{ name: 'lab', own: true, url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret' },
      ...{ redisUrl: null, balancerMetricsUrl: null, prometheusUrl: null },
    },
    faults: FAULTS,
    journal: {
      dir: '',
      write: async () => {},
      remove: async () => {},
      read: async () => ({ pending: [], unreadable: [] }),
    },
    plan: expandPlan(scenarioOfDrill(drill), 'name'),
    live,
    attendance: {
      add: () => {},
      steadySince: 0,
      missing: () => '',
      nodes: new Map(),
      backends: new Map(),
      deafShare: () => 0,
    },
    open: new Set(),
    stop: over.signal,
  });
  await expect(story).rejects.toMatchObject({ code: 'no_member' });
  expect(told).toEqual(['steady', 'void: the TURN server: there is none among node-1']);
});
