import { styleFor } from '@livekit-swarm/report';
import type { Progress } from '@livekit-swarm/runner';
import { describe, expect, it } from 'vitest';
import { progressBlock, progressLine } from './progress-text.ts';

const progress: Progress = {
  phase: 'joining',
  stages: [],
  elapsedMs: 7_400,
  totalMs: 30_000,
  planned: 40,
  joined: 38,
  connected: 37,
  failed: 1,
  waiting: 1,
  packetsPerSecond: { up: 1_950.4, down: 1_900 },
  loss: 0.00125,
  jitterP95Ms: 1.234,
  latencyP95Ms: null,
  generator: {
    processes: 2,
    processesAlive: 2,
    cpuCores: 0.123,
    residentBytes: 151_000_000,
    eventLoopLagMs: 3.2,
    tickLatenessMs: 8.7,
    lateSends: 2,
    socketDrops: 0,
  },
};

describe('progress', () => {
  it('is one line for a log', () => {
    expect(progressLine(progress)).toBe(
      '7s/30s joining 38/40 joined, 37 in, 1 failed | packets up 1,950/s down 1,900/s | loss 0.125 % jitter p95 1.23 ms latency p95 – | generator 0.12 cores, 151 MB, lag 9 ms, 2 late sends, 0 socket drops',
    );
  });

  it('is a block with a bar for a terminal', () => {
    const lines = progressBlock(progress, styleFor(false)).split('\n');
    expect(lines[0]).toBe('██████░░░░░░░░░░░░░░░░░░ 7s/30s  joining');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('38/40, 37 in  1 failed');
  });

  it('shows connected participants and current stages', () => {
    const calm = { ...progress, connected: 38, stages: ['calm', 'lunch'] };
    expect(progressLine(calm)).toMatch(/^7s\/30s joining \(calm, lunch\) 38\/40 in, 1 failed \|/);
    expect(progressBlock(calm, styleFor(false))).toMatch(
      /7s\/30s {2}joining \(calm, lunch\)\n {2}joined {5}38\/40 {2}1 failed/,
    );
  });

  it('never runs over its ends', () => {
    expect(progressBlock({ ...progress, elapsedMs: -300 }, styleFor(false))).toMatch(/^░{24} 0s/);
    expect(progressBlock({ ...progress, elapsedMs: 31_000 }, styleFor(false))).toMatch(
      /^█{24} 31s/,
    );
  });

  it('shows processes that died', () => {
    const generator = { ...progress.generator, processesAlive: 1 };
    expect(progressLine({ ...progress, generator })).toMatch(/, 1 of 2 processes died$/);
  });
});
