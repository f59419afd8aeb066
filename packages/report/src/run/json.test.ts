import {
  failedReport,
  inconclusiveReport,
  passedReport,
  stagedReport,
} from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { finiteDeep } from '../format.ts';
import { renderJson } from './json.ts';

describe('the JSON of a run', () => {
  it('is one object with all that the format promises', () => {
    const result = JSON.parse(renderJson([passedReport()]));
    expect(result).toMatchObject({
      schema: 'livekit-swarm/result/2',
      verdict: 'passed',
      exitCode: 0,
      reasons: [],
      deployment: {
        url: 'ws://127.0.0.1:7880',
        embedded: true,
        serverVersion: '1.13.4',
        nodes: ['ND_test'],
      },
      generator: {
        processes: 2,
        processesDied: 0,
        cpuCores: { avg: 0.1, max: 0.1 },
        cpuMicrosPerPacket: 12.5,
        eventLoopLag: { p95: 3 },
        lateSends: { count: 0, share: 0 },
        socketDrops: { count: 0, share: 0 },
        findings: [],
      },
      metrics: {
        'join_failures.rate': 0,
        'missing_tracks.rate': 0,
        'packet_loss.rate': 0,
        'nacks_sent.count': 0,
        'packets_received.count': 60_000,
        'packets_received.rate': 2_000,
      },
    });
    expect(Object.keys(result.metrics)).toEqual(
      expect.arrayContaining(['join_time.p95', 'jitter.p95', 'media_latency.p95']),
    );
  });

  it('shows of each threshold the metric, expression, value and whether it held', () => {
    const { thresholds, verdict, exitCode } = JSON.parse(renderJson([failedReport()]));
    expect({ verdict, exitCode }).toEqual({ verdict: 'failed', exitCode: 99 });
    expect(thresholds).toContainEqual({
      metric: 'packet_loss{kind:video}',
      expression: 'rate<0.02',
      window: null,
      value: expect.closeTo(0.0206, 4),
      ok: false,
      source: 'user',
    });
  });

  it('has null for what was not measured', () => {
    const { thresholds, exitCode } = JSON.parse(renderJson([inconclusiveReport()]));
    expect(exitCode).toBe(130);
    expect(thresholds.at(-1)).toEqual({
      metric: 'reconnect_time',
      expression: 'p(95)<5000',
      window: null,
      value: null,
      ok: null,
      source: 'user',
    });
  });

  it('has the figures of every window, and of every role where there are several', () => {
    const { windows, thresholds, roles, plan, scenario } = JSON.parse(renderJson([stagedReport()]));
    expect(
      windows.map(({ name, source }: { name: string; source: string }) => [name, source]),
    ).toEqual(
      expect.arrayContaining([
        ['joining', 'builtin'],
        ['steady', 'builtin'],
        ['warm-up', 'stage'],
        ['peak', 'stage'],
        ['after', 'stage'],
        ['rush', 'custom'],
      ]),
    );
    expect(
      windows.find(({ name }: { name: string }) => name === 'after').metrics['packet_loss.rate'],
    ).toBeGreaterThan(0.01);
    expect(thresholds).toContainEqual({
      metric: 'packet_loss{group:calls}@after',
      expression: 'rate<0.01',
      window: 'after',
      value: expect.closeTo(0.0244, 4),
      ok: false,
      source: 'user',
    });
    expect(roles).toContainEqual(
      expect.objectContaining({
        group: 'town-hall',
        role: 'viewer',
        kind: 'video',
        direction: 'down',
      }),
    );
    expect(plan).toMatchObject({ rooms: 13, participants: 31, droppedRooms: 0 });
    expect(scenario).toMatchObject({ name: 'release', tags: { team: 'voice' } });
  });

  it.each([passedReport(), failedReport(), inconclusiveReport()])(
    'has only finite numbers',
    (input) => {
      const numbers: number[] = [];
      JSON.parse(renderJson([input]), (_, value: unknown) => {
        if (typeof value === 'number') numbers.push(value);
        return value;
      });
      expect(numbers.length).toBeGreaterThan(100);
      expect(numbers.every(Number.isFinite)).toBe(true);
    },
  );
});

describe('finiteDeep', () => {
  it('makes null of what JSON does not know, keeps whole numbers exact and rounds the others', () => {
    expect(
      finiteDeep({
        a: Number.NaN,
        b: [Number.POSITIVE_INFINITY, 1 / 3],
        c: 12_345_678,
        d: 'x',
        e: null,
        f: 1e-9,
      }),
    ).toEqual({
      a: null,
      b: [null, 0.333333],
      c: 12_345_678,
      d: 'x',
      e: null,
      f: 1e-9,
    });
  });
});
