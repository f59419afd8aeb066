import type { DrillEvent } from '@livekit-swarm/record';
import type { LiveRun } from '@livekit-swarm/runner';
import { expandPlan } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Drill } from '../drill/drill.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import { drillTimes } from '../drill/schedule.ts';
import { FAULTS } from '../faults/index.ts';
import type { Component } from '../targets/platform.ts';
import { executeFaults, type FaultPhase } from './execute-drill.ts';

/**
 * Executes a drill whose steady state is reached at once.
 * @param node node that holds the rooms of the load
 */
const execute = (
  drill: Drill,
  node: string,
  allowUnprovenTarget = false,
  platform = fakePlatform(),
  lock: FaultPhase['lock'] = undefined,
) => {
  const events: DrillEvent[] = [];
  const over = new AbortController();
  const live: LiveRun = {
    startedAtMs: 0,
    elapsedMs: () => drillTimes(drill).steadyMs,
    append: (event) => void events.push(event),
    stop: () => over.abort(),
    interim: () => {
      throw new Error('faults do not depend on the summary of the run');
    },
  };
  const ended = executeFaults({
    ...({} as FaultPhase),
    drill,
    allowUnprovenTarget,
    lock,
    expiryMarginMs: 60_000,
    deployment: {
      platform,
      ...{ name: 'lab', isLab: true, url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret' },
      ...{ redisUrl: null, loadBalancerMetricsUrl: null, prometheusUrl: null },
    },
    faults: FAULTS,
    journal: {
      dir: '',
      write: async () => {},
      beginDrain: async () => {},
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
      nodes: new Map([['room', node]]),
      backends: new Map(),
      agents: new Map(),
      shareWithoutMedia: () => 0,
    },
    injected: new Set(),
    measure: () => {
      throw new Error('faults do not depend on measurements');
    },
    stop: over.signal,
  });
  return { events, ended, stop: () => over.abort() };
};

it('records that a fault could not be injected, so that evaluating the record again gives the same verdict', async () => {
  const drill = drillOf({ faults: [faultOf({ target: { role: 'turn' } })] });
  const { events, ended } = execute(drill, 'ND_a');
  await expect(ended).rejects.toMatchObject({ code: 'component_not_found' });
  expect(events).toMatchObject([
    { event: 'steady_state_reached' },
    { event: 'void', reason: { code: 'execution_failed', error: 'component_not_found' } },
  ]);
});

it('injects nothing when the rooms are on a node outside the target', async () => {
  const { events, ended } = execute(drillOf(), 'ND_elsewhere', true);
  const reason = { code: 'target_mismatch', roomNodes: ['ND_elsewhere'] };
  expect(await ended).toMatchObject({ event: 'void', reason });
  expect(events.map(({ event }) => event)).toEqual(['steady_state_reached', 'void']);
});

it('injects into a target that is not proven only when that is allowed, and records it', async () => {
  const platform = fakePlatform();
  const redis: Component = {
    name: 'redis',
    kind: 'redis',
    nodeId: null,
    instance: null,
    ports: null,
  };
  platform.components = async () => [NODE, redis];
  const drill = drillOf({ faults: [faultOf({ fault: 'redis-kill', target: { role: 'redis' } })] });
  const refused = execute(drill, 'ND_a', false, platform);
  expect(await refused.ended).toMatchObject({ reason: { code: 'target_unproven' } });
  expect(platform.calls).toEqual([]);
  const allowed = execute(drill, 'ND_a', true, platform);
  await expect.poll(() => platform.calls, { timeout: 30_000 }).toContain('SIGKILL redis');
  allowed.stop();
  await allowed.ended;
  expect(allowed.events.slice(1, 3)).toMatchObject([
    { event: 'target_assumed', kind: 'redis', why: 'redis_unreadable' },
    { event: 'fault_injected' },
  ]);
});

it('is void when its lock on the target is lost, because another drill may have begun there', async () => {
  const lock = {
    assertHeld: () => {
      throw new SwarmError('lock_lost', 'the lock on lk-1 is lost');
    },
  };
  const { events, ended } = execute(drillOf(), 'ND_a', true, fakePlatform(), lock);
  const reason = {
    code: 'execution_failed',
    error: 'lock_lost',
    message: 'the lock on lk-1 is lost',
  };
  expect(await ended).toEqual({ event: 'void', reason });
  expect(events).toContainEqual({ event: 'void', reason });
});
