import type { DrillEvent } from '@livekit-swarm/record';
import type { LiveRun } from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakePlatform } from '../../test/support/fake-platform.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import { drillTimes } from '../drill/schedule.ts';
import { FAULTS } from '../faults/index.ts';
import { executeFaults, type FaultPhase } from './execute-drill.ts';

it('records that a fault could not be injected, so that evaluating the record again gives the same verdict', async () => {
  const drill = drillOf({ faults: [faultOf({ target: { role: 'turn' } })] });
  const events: DrillEvent[] = [];
  const over = new AbortController();
  const live: LiveRun = {
    startedAtMs: 0,
    elapsedMs: () => drillTimes(drill).steadyMs,
    append: (event) => void events.push(event),
    stop: () => over.abort(),
  };
  const faults = executeFaults({
    ...({} as FaultPhase),
    drill,
    deployment: {
      platform: fakePlatform(),
      ...{ name: 'lab', isLab: true, url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret' },
      ...{ redisUrl: null, loadBalancerMetricsUrl: null, prometheusUrl: null },
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
    steadyState: {
      add: () => {},
      steadySince: 0,
      hasLasted: () => true,
      missing: () => ({ participants: 0, participantsMissing: 0, subscriptionsWithoutMedia: 0 }),
      nodes: new Map(),
      backends: new Map(),
      shareWithoutMedia: () => 0,
    },
    injected: new Set(),
    stop: over.signal,
  });
  await expect(faults).rejects.toMatchObject({ code: 'component_not_found' });
  expect(events).toMatchObject([
    { event: 'steady_state_reached' },
    { event: 'void', reason: { code: 'execution_failed', error: 'component_not_found' } },
  ]);
});
