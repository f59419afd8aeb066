import { DEFAULT_TOLERANCES, evaluateSoak } from '@livekit-swarm/analysis/soak';
import { expect, test } from 'vitest';
import { compareSoaks } from './comparison.ts';
import { SOAK_COMPARISON_REPORTERS } from './index.ts';
import type { SoakReport } from './soak-report.ts';

/** Goroutines at rest of livekit-server 1.13.3 and 1.13.4, after cycles of 188 joins. */
const LEAKING = [174, 324, 486, 715, 903, 1_067, 1_211, 1_332];
const FIXED = [118, 120, 115, 116, 117, 121, 116, 115, 115];

const soakOf = (goroutines: readonly number[], exitCode: SoakReport['exitCode']): SoakReport => ({
  schema: 'livekit-swarm/soak/1',
  scenario: 'join-and-leave',
  server: 'livekit-server',
  serverVersion: null,
  startedAt: '2026-11-23T17:33:00Z',
  elapsedMs: 421_000,
  exitCode,
  result: evaluateSoak(
    goroutines.map((count, index) => ({
      atMs: index * 50_000,
      departure: 'before-response',
      joins: 188,
      joinsFailed: 0,
      recordPath: null,
      reading: {
        isIdle: true,
        waitedMs: 26_000,
        nodes: [{ node: 'livekit-server', id: 'ND_1', goroutines: count, descriptors: 17 }],
      },
      generatorBytes: 1e8,
    })),
    {
      tolerances: DEFAULT_TOLERANCES,
      departures: ['before-response'],
      warmUpCycles: 2,
      isLast: true,
    },
  ),
  error: null,
});

const leaking = { name: '1.13.3', soak: soakOf(LEAKING, 99) };
const fixed = { name: '1.13.4', soak: soakOf(FIXED, 98) };
const { text } = SOAK_COMPARISON_REPORTERS;

test('states which server keeps fewer goroutines, and ends as the last one', () => {
  const comparison = compareSoaks([leaking, fixed], 2);
  expect(comparison).toMatchObject({
    exitCode: 98,
    differences: [{ name: '1.13.4', resource: 'goroutines', direction: 'less' }],
  });
  const shown = text.render(comparison);
  expect(shown).toMatch(/✗ FAILED \(exit 99\) {2}1\.13\.3\n {2}· 894 goroutines remain/);
  expect(shown).toMatch(/\? INCONCLUSIVE \(exit 98\) {2}1\.13\.4\n/);
  expect(shown).toMatch(/1\.13\.3 +894 \([\d.]+ to [\d,.]+\) +0 .* +– +1,504/);
  expect(shown).toContain('1.13.4 keeps fewer goroutines than 1.13.3.');
  expect(compareSoaks([fixed, leaking], 2)).toMatchObject({
    exitCode: 99,
    differences: [{ name: '1.13.3', direction: 'more' }],
  });
});

test('a server beside itself does not differ', () => {
  const comparison = compareSoaks([fixed, { ...fixed, name: 'again' }], 2);
  expect(comparison.differences).toEqual([]);
  expect(text.render(comparison)).toContain('No server keeps more or less than 1.13.4');
});

test('a server that is missing does not make a comparison pass', () => {
  const passed = { name: '1.13.4', soak: soakOf(FIXED, 0) };
  expect(compareSoaks([passed, passed], 2).exitCode).toBe(0);
  const half = compareSoaks([passed], 2);
  expect(half.exitCode).toBe(98);
  expect(text.render(half)).toContain('1 of 2 servers were soaked.');
});
