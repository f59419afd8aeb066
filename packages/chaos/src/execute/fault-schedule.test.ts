import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Drill, DrillFault } from '../drill/drill.ts';
import { FAULTS } from '../faults/index.ts';
import { openJournal } from '../journal/journal.ts';
import type { Platform } from '../targets/platform.ts';
import { runFaultSchedule } from './fault-schedule.ts';
import type { EffectLoss } from './inject-fault.ts';
import type { FaultScheduleOptions } from './schedule-options.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-play-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const play = (
  platform: Platform,
  fault: Partial<DrillFault>,
  append: FaultScheduleOptions['append'],
  onTargeted: FaultScheduleOptions['onTargeted'] = () => {},
  onEffectLost: FaultScheduleOptions['onEffectLost'] = () => {},
  onUnfinished: FaultScheduleOptions['onUnfinished'] = () => {},
  stop = new AbortController().signal,
  drill: Pick<Drill, 'requireTraffic'> = {},
) => {
  const startedAt = performance.now();
  return runFaultSchedule({
    drill: drillOf({
      faults: [faultOf({ target: { role: 'component', name: NODE.name }, ...fault })],
      ...drill,
    }),
    platform,
    faults: FAULTS,
    steadyState: { nodes: new Map([['room-1', 'ND_a']]), backends: new Map(), agents: new Map() },
    journal: openJournal(dir),
    injected: new Set(),
    elapsedMs: () => performance.now() - startedAt,
    steadyMs: 0,
    onTargeted,
    onEffectLost,
    onUnfinished,
    append,
    expiry: { marginMs: 60_000, required: false },
    stop,
  });
};

it('reports the affected rooms before the injection: a slow injection affects them from its start', async () => {
  const target = fakePlatform();
  const said: string[] = [];
  await play(
    target,
    { fault: 'restart', durationMs: 200, params: { grace: 0, down: 200 } },
    ({ event }) => void said.push(`${event} after ${target.calls.length}`),
    (rooms) => void said.push(`targeted ${rooms} after ${target.calls.length}`),
  );
  expect(said).toEqual([
    'targeted room-1 after 0',
    'fault_injected after 3',
    'fault_rolled_back after 5',
  ]);
});

it('lasts for its duration, however long it took to resolve the target', async () => {
  const far: Platform = {
    ...fakePlatform(),
    components: async () => {
      await sleep(300);
      return [NODE];
    },
  };
  const at: number[] = [];
  await play(
    far,
    { fault: 'hang', durationMs: 400 },
    (_event, ms = Number.NaN) => void at.push(ms),
  );
  const [injectedAt = 0, rolledBackAt = 0] = at;
  expect(injectedAt).toBeGreaterThan(290);
  // From the injection, not from the moment that the drill planned for it.
  expect(rolledBackAt - injectedAt).toBeGreaterThan(395);
});

/** Runs a fault on a platform with these answers, and collects lost effects and events. */
const lossesOf = async (
  fault: Partial<DrillFault>,
  platform: Platform,
  drill: Pick<Drill, 'requireTraffic'> = {},
): Promise<{ losses: EffectLoss[]; events: string[] }> => {
  const losses: EffectLoss[] = [];
  const events: string[] = [];
  await play(
    platform,
    fault,
    ({ event }) => void events.push(event),
    () => {},
    (loss) => void losses.push(loss),
    undefined,
    undefined,
    drill,
  );
  return { losses, events };
};

describe('the effect of a fault', () => {
  it('that is present in the middle and before the rollback is not reported', async () => {
    let asked = 0;
    const stopped: Platform = { ...fakePlatform(), isStopped: async () => ++asked > 0 };
    const { losses, events } = await lossesOf({ fault: 'hang', durationMs: 400 }, stopped);
    expect({ losses, asked }).toEqual({ losses: [], asked: 2 });
    expect(events).toEqual(['fault_injected', 'fault_rolled_back']);
  });

  it('that was removed is reported, and the fault is still rolled back', async () => {
    const resumed: Platform = {
      ...fakePlatform(),
      isStopped: async () => false,
      instance: async () => '1:1',
    };
    const { losses, events } = await lossesOf({ fault: 'hang', durationMs: 200 }, resumed);
    const loss = { code: 'fault_gone', fault: 'hang', component: NODE.name, found: 'runs' };
    expect(losses[0]).toEqual(loss);
    expect(events).toEqual(['fault_injected', 'fault_rolled_back']);
  });

  describe('whose rules no packet has met', () => {
    const blackhole = (): [Partial<DrillFault>, Platform] => {
      const target = fakePlatform((argv) => {
        if (argv.includes('tables')) {
          const rules = target.ran.findLast(({ input }) => input !== '')?.input ?? '';
          const made = rules.includes('delete table') ? [] : rules.match(/table \w+ swarm\w+/g);
          return { stdout: (made ?? []).join('\n') };
        }
        return argv.includes('table') ? { stdout: 'counter packets 0 bytes 0 drop' } : {};
      });
      return [
        { fault: 'blackhole', durationMs: 200, params: { direction: 'both', protocol: 'any' } },
        target,
      ];
    };

    it('is reported', async () => {
      const { losses, events } = await lossesOf(...blackhole());
      const found = 'no_packet_matched';
      expect(losses).toEqual([
        { code: 'fault_gone', fault: 'blackhole', component: NODE.name, found },
      ]);
      expect(events).not.toContain('fault_idle');
    });

    it('is recorded alone, if the drill requires no traffic', async () => {
      const { losses, events } = await lossesOf(...blackhole(), { requireTraffic: false });
      expect(losses).toEqual([]);
      expect(events).toEqual(['fault_injected', 'fault_idle', 'fault_rolled_back']);
    });
  });

  it('that may end on its own is not missed: a killed process that was started again', async () => {
    const restarted: Platform = { ...fakePlatform(), instance: async () => '2:2' };
    expect((await lossesOf({ fault: 'kill', durationMs: 200 }, restarted)).losses).toEqual([]);
    const survived: Platform = { ...fakePlatform(), instance: async () => NODE.instance };
    expect((await lossesOf({ fault: 'kill', durationMs: 200 }, survived)).losses[0]).toMatchObject({
      found: 'still_runs',
    });
  });

  it('is unknown where the target cannot be asked before the rollback', async () => {
    let asked = 0;
    const silent: Platform = {
      ...fakePlatform(),
      isStopped: async () => {
        asked++;
        throw new SwarmError('unreachable', 'lk-1 cannot be reached by SSH');
      },
    };
    const { losses } = await lossesOf({ fault: 'hang', durationMs: 100 }, silent);
    expect(losses).toEqual([
      {
        ...{ code: 'effect_unknown', fault: 'hang', component: NODE.name },
        message: 'lk-1 cannot be reached by SSH',
      },
    ]);
    expect(asked).toBe(6);
  });
});

it('a rollout that takes long ends with the drill, is rolled back, and is reported as unfinished', async () => {
  const stopping = new AbortController();
  const undone: string[] = [];
  const rolling: Platform = {
    ...fakePlatform(),
    rollout: {
      by: 'platform',
      present: async () => null,
      facts: async () => null,
      missingCapability: async () => null,
      rollAll: async (_release, { signal }) => {
        setTimeout(() => stopping.abort(), 20);
        await once(signal, 'abort');
        throw new SwarmError('rollout_failed', 'the rollout stopped: it was stopped');
      },
      undo: async (id) => void undone.push(id),
      keep: async () => {},
    },
  };
  const events: string[] = [];
  const unfinished: string[] = [];
  await play(
    rolling,
    {
      fault: 'rollout',
      target: { role: 'nodes', share: 1 },
      params: { to: 'new', config: {}, configFile: null, grace: 0, end: 'sigkill' },
    },
    ({ event }) => void events.push(event),
    () => {},
    () => {},
    (fault) => void unfinished.push(fault),
    stopping.signal,
  );
  expect({ unfinished, events }).toEqual({ unfinished: ['rollout'], events: [] });
  expect(undone).toHaveLength(1);
});
