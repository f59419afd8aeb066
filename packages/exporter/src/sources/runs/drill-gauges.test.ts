import { CHAOS_METRICS } from '@livekit-swarm/catalogue';
import { collect, render } from '@livekit-swarm/catalogue/registry';
import type { DrillReception } from '@livekit-swarm/record';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createDrillGauges, type DrillGauges, type DrillVerdictMetrics } from './drill-gauges.ts';

const reception = (receiving: number, deprived: number, interrupted: number): DrillReception => ({
  participants: {
    receiving_all: receiving,
    receiving_some: 0,
    receiving_none: deprived,
    reconnecting: 0,
    disconnected: 0,
  },
  subscriptions: { receiving: 12 - interrupted, interrupted },
});
const passed: DrillVerdictMetrics = {
  verdict: 'passed',
  recovery: new Map([
    [0.5, 10.2],
    [1, 12],
  ]),
  objectives: new Map([['time_to_recover', true] as const, ['split_brain', true] as const]),
};

const made = (): { gauges: DrillGauges; shown(part: RegExp): Promise<string[]> } => {
  const registry = new Registry();
  const shown = async (part: RegExp): Promise<string[]> =>
    (await render(await collect(registry), 'text')).body
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && part.test(line));
  return { gauges: createDrillGauges(registry), shown };
};

describe('media reception in a drill', () => {
  it('is absent before a drill, and current with every scrape', async () => {
    const { gauges, shown } = made();
    expect(await shown(/./)).toEqual([]);
    let now = reception(4, 0, 0);
    gauges.watch('mine', () => now);
    expect(await shown(/receiving_none|interrupted/)).toEqual([
      'livekit_swarm_chaos_participants{drill="mine",state="receiving_none"} 0',
      'livekit_swarm_chaos_subscriptions{drill="mine",state="interrupted"} 0',
    ]);
    now = reception(1, 3, 9);
    expect(await shown(/receiving_none|interrupted/)).toEqual([
      'livekit_swarm_chaos_participants{drill="mine",state="receiving_none"} 3',
      'livekit_swarm_chaos_subscriptions{drill="mine",state="interrupted"} 9',
    ]);
  });

  it('is of the latest repeat of each drill', async () => {
    const { gauges, shown } = made();
    gauges.watch('mine', () => reception(0, 4, 12));
    gauges.watch('other', () => reception(1, 3, 9));
    gauges.watch('mine', () => reception(4, 0, 0));
    expect(await shown(/receiving_all/)).toEqual([
      'livekit_swarm_chaos_participants{drill="mine",state="receiving_all"} 4',
      'livekit_swarm_chaos_participants{drill="other",state="receiving_all"} 1',
    ]);
  });
});

describe('the result of a drill', () => {
  it('is of the last repeat alone', async () => {
    const { gauges, shown } = made();
    gauges.setVerdict('mine', passed);
    expect(await shown(/time_to_recover|objective| 1$/)).toEqual([
      'livekit_swarm_chaos_time_to_recover_seconds{drill="mine",quantile="0.5"} 10.2',
      'livekit_swarm_chaos_time_to_recover_seconds{drill="mine",quantile="1"} 12',
      'livekit_swarm_chaos_objective_met{drill="mine",objective="time_to_recover"} 1',
      'livekit_swarm_chaos_objective_met{drill="mine",objective="split_brain"} 1',
      'livekit_swarm_chaos_verdict{drill="mine",verdict="passed"} 1',
    ]);
    gauges.setVerdict('mine', {
      verdict: 'failed',
      recovery: null,
      objectives: new Map([['time_to_recover', false]]),
    });
    expect(await shown(/time_to_recover|objective| 1$/)).toEqual([
      'livekit_swarm_chaos_objective_met{drill="mine",objective="time_to_recover"} 0',
      'livekit_swarm_chaos_verdict{drill="mine",verdict="failed"} 1',
    ]);
  });

  it('has only metrics of the catalogue', async () => {
    const { gauges, shown } = made();
    gauges.watch('mine', () => reception(4, 0, 0));
    gauges.setVerdict('mine', passed);
    const names = new Set((await shown(/./)).map((line) => line.replace(/\{.*/, '')));
    expect([...names].filter((name) => !(name in CHAOS_METRICS))).toEqual([]);
    expect(names.size).toBe(5);
  });
});
