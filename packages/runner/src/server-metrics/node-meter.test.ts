import { describe, expect, test } from 'vitest';
import { createNodeMeter } from './node-meter.ts';
import type { NodeReading } from './server-source.ts';

const reading = (
  measuredAtMs: number,
  figures: NodeReading['figures'],
  id: string | null = 'ND_a',
): NodeReading => ({ id, name: 'a', measuredAtMs, figures });

describe('a node', () => {
  test('has the CPU time between two readings divided by the time between them', () => {
    const meter = createNodeMeter('a');
    meter.add('metrics', reading(50_000, { cpuSeconds: 10, goroutines: 7 }), 0);
    expect(meter.line(0)).toEqual({
      type: 'server',
      at: 0,
      node: 'a',
      id: 'ND_a',
      intervalMs: 1_000,
      sources: ['metrics'],
      goroutines: 7,
    });
    meter.add('metrics', reading(52_000, { cpuSeconds: 11 }), 2_000);
    expect(meter.line(2_010)).toMatchObject({ cpuCores: 0.5, intervalMs: 2_010 });
    expect(meter.line(3_000)).toBeNull();
  });

  test('is measured by the best source, and by the next best one after a long time without a reading', () => {
    const meter = createNodeMeter('a');
    const redis = (at: number) =>
      meter.add('redis', { ...reading(at, { cpuCores: 8, rooms: 3 }), ofHost: true }, at);
    meter.add('process', reading(0, { cpuSeconds: 0 }, null), 0);
    meter.add('process', reading(1_000, { cpuSeconds: 1 }, null), 1_000);
    redis(1_000);
    expect(meter.line(1_000)).toMatchObject({
      id: 'ND_a',
      cpuCores: 1,
      rooms: 3,
      sources: ['process', 'redis'],
    });
    redis(3_000);
    const second = meter.line(3_000);
    expect(second).toMatchObject({ rooms: 3, sources: ['redis'] });
    expect(second).not.toHaveProperty('cpuCores');
    expect(second).not.toHaveProperty('ofHost');
    redis(12_000);
    expect(meter.line(12_000)).toMatchObject({ cpuCores: 8, ofHost: true });
  });

  test('that was restarted counts from zero, and has no CPU time until the next reading', () => {
    const meter = createNodeMeter('a');
    meter.add('metrics', reading(0, { cpuSeconds: 100, packetsUp: 5_000 }), 0);
    meter.add('metrics', reading(1_000, { cpuSeconds: 1, packetsUp: 40 }, 'ND_b'), 1_000);
    const line = meter.line(1_000);
    expect(line).toMatchObject({ packetsUp: 40 });
    expect(line).not.toHaveProperty('cpuCores');
    meter.add('metrics', reading(2_000, { cpuSeconds: 1.5, packetsUp: 50 }, 'ND_b'), 2_000);
    expect(meter.line(2_000)).toMatchObject({ cpuCores: 0.5, packetsUp: 10 });
  });

  test('whose counters change every few seconds has the interval of the counts in its line', () => {
    const meter = createNodeMeter('a');
    const counted: (number | undefined)[] = [];
    for (let second = 0; second <= 11; second++) {
      const packetsUp = 500 * Math.floor(second / 5);
      meter.add('metrics', reading(second * 1_000, { packetsUp, rooms: 1 }), second * 1_000);
      counted.push(meter.line(second * 1_000)?.countedMs);
    }
    expect(counted[5]).toBe(5_000);
    expect(counted[10]).toBe(5_000);
    expect(counted.filter((ms) => ms !== undefined)).toHaveLength(2);
  });

  test('has that interval also where its host counts packets every second', () => {
    const meter = createNodeMeter('a');
    const counted: (number | undefined)[] = [];
    for (let second = 0; second <= 6; second++) {
      const bytesUp = 500 * Math.floor(second / 5);
      const figures = { bytesUp, packetsExceeded: 3 * second, conntrackDrops: second, rooms: 1 };
      meter.add('metrics', reading(second * 1_000, figures), second * 1_000);
      const line = meter.line(second * 1_000);
      expect(line?.packetsExceeded).toBe(second === 0 ? undefined : 3);
      counted.push(line?.countedMs);
    }
    expect(counted).toEqual([...Array.from({ length: 5 }), 5_000, undefined]);
  });
});
