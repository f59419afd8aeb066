/**
 * Tests further drills of the library (see also `kill-node.measured.test.ts`): a lab of three nodes, a
 * load, faults, and the measured recovery.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { carryOut, onlyRepeat, smallDrill } from './support/library-drill.ts';

await skipWithout('packet-filter', 'redis', 'haproxy');

describe('a node that is unreachable for a while', () => {
  it.each([
    ['blackhole-3s', 3_000],
    ['blackhole-8s', 8_000],
  ])(
    '%s: every gap that is measured is the one that was made',
    { timeout: 180_000 },
    async (name, outageMs) => {
      const result = await carryOut(
        await smallDrill(name, { recoveryMs: 10_000, joinProbes: null }),
      );
      const { recovery } = onlyRepeat(result);
      const hit = new Set(
        recovery.rooms.filter(({ controlGroup }) => !controlGroup).map(({ room }) => room),
      );
      const gaps = recovery.subscriptions
        .filter(({ room }) => hit.has(room))
        .map(({ interruptionMs }) => interruptionMs ?? Number.NaN);
      expect(gaps.length).toBeGreaterThan(0);
      for (const gap of gaps) expect(Math.abs(gap - outageMs)).toBeLessThanOrEqual(100);
      expect(recovery.subscriptionsInterrupted).toBe(gaps.length);
    },
  );
});

describe('a fault whose effect is removed', () => {
  it('makes the drill void: its rules are deleted by hand', { timeout: 120_000 }, async () => {
    const drill = await smallDrill('blackhole-8s', { recoveryMs: 10_000, joinProbes: null });
    let removed: Promise<unknown> | null = null;
    const result = await carryOut(drill, (line) => {
      if (line.type === 'drill' && line.event === 'fault_injected')
        removed = execa('nft', ['delete', 'table', 'inet', `swarm_chaos_${line.id}`]);
    });
    await removed;
    const [first] = result.repeats;
    expect({ verdict: first?.verdict, reasons: first?.reasons }).toEqual({
      verdict: 'void',
      reasons: [
        {
          ...{ code: 'fault_gone', fault: 'blackhole', found: 'table_missing' },
          component: expect.stringMatching(/^node-/),
        },
      ],
    });
  });
});

describe('no fault', () => {
  it('has no effect', { timeout: 120_000 }, async () => {
    const { verdict, repeats } = await carryOut(
      await smallDrill('no-fault', { recoveryMs: 10_000 }),
    );
    expect({ verdict, reasons: repeats[0]?.reasons }).toEqual({ verdict: 'passed', reasons: [] });
    expect(repeats[0]?.recovery).toMatchObject({
      subscriptionsInterrupted: 0,
      roomsSplit: 0,
      roomsWithoutMedia: 0,
      subscriptionsNotRecovered: 0,
    });
  });
});
