import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { CHAOS_METRICS } from '../../catalogue/index.ts';
import { collect, render } from '../../metrics/render.ts';
import {
  createDrillGauges,
  type DrillGauges,
  type DrillJudgement,
  type DrillSight,
} from './drill-gauges.ts';

const sight = (hearing: number, deaf: number, silent: number): DrillSight => ({
  participants: { hearing, partly: 0, deaf, reconnecting: 0, out: 0 },
  pairs: { heard: 12 - silent, silent },
});
const passed: DrillJudgement = {
  verdict: 'passed',
  recovery: new Map([
    [0.5, 10.2],
    [1, 12],
  ]),
  objectives: new Map([['rto', true] as const, ['split-brain', true] as const]),
};

const made = (): { gauges: DrillGauges; shown(part: RegExp): Promise<string[]> } => {
  const registry = new Registry();
  const shown = async (part: RegExp): Promise<string[]> =>
    (await render(await collect(registry), 'text')).body
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && part.test(line));
  return { gauges: createDrillGauges(registry), shown };
};

describe('what people of a drill hear', () => {
  it('is not there before a drill, and as it is now with every scrape', async () => {
    const { gauges, shown } = made();
    expect(await shown(/./)).toEqual([]);
    let now = sight(4, 0, 0);
    gauges.watch('mine', () => now);
    expect(await shown(/deaf|silent/)).toEqual([
      'swarm_chaos_participants{drill="mine",state="deaf"} 0',
      'swarm_chaos_pairs{drill="mine",state="silent"} 0',
    ]);
    now = sight(1, 3, 9);
    expect(await shown(/deaf|silent/)).toEqual([
      'swarm_chaos_participants{drill="mine",state="deaf"} 3',
      'swarm_chaos_pairs{drill="mine",state="silent"} 9',
    ]);
  });

  it('is of the latest repeat of each drill', async () => {
    const { gauges, shown } = made();
    gauges.watch('mine', () => sight(0, 4, 12));
    gauges.watch('other', () => sight(1, 3, 9));
    gauges.watch('mine', () => sight(4, 0, 0));
    expect(await shown(/hearing/)).toEqual([
      'swarm_chaos_participants{drill="mine",state="hearing"} 4',
      'swarm_chaos_participants{drill="other",state="hearing"} 1',
    ]);
  });
});

describe('what a drill came to', () => {
  it('is of the last repeat alone', async () => {
    const { gauges, shown } = made();
    gauges.judge('mine', passed);
    expect(await shown(/recovery|objective| 1$/)).toEqual([
      'swarm_chaos_recovery_seconds{drill="mine",quantile="0.5"} 10.2',
      'swarm_chaos_recovery_seconds{drill="mine",quantile="1"} 12',
      'swarm_chaos_objective_ok{drill="mine",objective="rto"} 1',
      'swarm_chaos_objective_ok{drill="mine",objective="split-brain"} 1',
      'swarm_chaos_verdict{drill="mine",verdict="passed"} 1',
    ]);
    gauges.judge('mine', {
      verdict: 'failed',
      recovery: null,
      objectives: new Map([['rto', false]]),
    });
    expect(await shown(/recovery|objective| 1$/)).toEqual([
      'swarm_chaos_objective_ok{drill="mine",objective="rto"} 0',
      'swarm_chaos_verdict{drill="mine",verdict="failed"} 1',
    ]);
  });

  it('has nothing that is not in the catalogue', async () => {
    const { gauges, shown } = made();
    gauges.watch('mine', () => sight(4, 0, 0));
    gauges.judge('mine', passed);
    const names = new Set((await shown(/./)).map((line) => line.replace(/\{.*/, '')));
    expect([...names].filter((name) => !(name in CHAOS_METRICS))).toEqual([]);
    expect(names.size).toBe(5);
  });
});
