import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import type { RunFigures } from '@livekit-swarm/catalogue/run-metrics';
import { uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { createRemoteWriteEncoder } from './rw-output.ts';

const gauge = (name: string, values: Snapshot['values']): Snapshot => ({
  name,
  help: 'A gauge',
  type: 'gauge',
  aggregator: 'omit',
  values,
});
const figuresOf = (...snapshots: Snapshot[]): RunFigures => ({ snapshots, trends: [] });
const textOf = (requests: Uint8Array[]): string[] =>
  requests.map((request) => Buffer.from(uncompress(request)).toString('latin1'));
const STALE = '\u0002\0\0\0\0\0\u00f0\u007f';
/** Number of stale markers, each of which ends a series. */
const markersIn = (texts: string[]): number => texts.join('').split(STALE).length - 1;

describe('remote write', () => {
  const encoder = () =>
    createRemoteWriteEncoder({ intervalMs: 5_000 }, { testid: 'k3x9h', startedAtMs: 0 });

  it('leaves empty labels out, and names the run', () => {
    const [text = ''] = textOf(
      encoder().push(
        figuresOf(gauge('livekit_swarm_run_info', [{ labels: { url: '', run: 'a' }, value: 1 }])),
        1,
      ),
    );
    expect(text).toContain('k3x9h');
    expect(text).toContain('run');
    expect(text).not.toContain('url');
  });

  it('ends a series once when the figures no longer have it, and all others once at the end', () => {
    const both = gauge('a', [
      { labels: { state: 'x' }, value: 1 },
      { labels: { state: 'y' }, value: 2 },
    ]);
    const one = gauge('a', [{ labels: { state: 'x' }, value: 1 }]);
    const run = encoder();
    expect(markersIn(textOf(run.push(figuresOf(both), 1)))).toBe(0);
    expect(markersIn(textOf(run.push(figuresOf(one), 2)))).toBe(1);
    expect(markersIn(textOf(run.push(figuresOf(one), 3)))).toBe(0);
    expect(markersIn(textOf(run.end()))).toBe(1);
    expect(run.end()).toEqual([]);
  });

  it('splits pushes that are too large for a request', () => {
    const many = gauge(
      'a',
      Array.from({ length: 4_001 }, (_, index) => ({ labels: { n: index }, value: index })),
    );
    expect(encoder().push(figuresOf(many), 1)).toHaveLength(3);
    expect(encoder().push(figuresOf(), 1)).toEqual([]);
  });
});
