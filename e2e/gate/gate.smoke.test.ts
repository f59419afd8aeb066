/** A gate: load on a real server, a verdict with its exit code, and a record that can be evaluated again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const ATTEMPTS = 5;

/**
 * Runs swarm with the flags of an attempt. A run that crosses a time limit while other programs use
 * the host is inconclusive, and is repeated.
 */
const untilDecided = async (
  flagsOf: (attempt: number) => string[],
): ReturnType<typeof runSwarm> => {
  for (let attempt = 1; ; attempt++) {
    const outcome = await runSwarm(flagsOf(attempt));
    if (outcome.exit !== EXIT_CODES.inconclusive.code || attempt === ATTEMPTS) return outcome;
  }
};

describe('swarm as a gate', () => {
  it('passes; its record holds no secret, reports the same, and fails a stricter threshold', async () => {
    const records = scratch();
    const outcome = await untilDecided((attempt) => {
      const dir = join(records, String(attempt));
      return ['--rooms', '5', '--duration', '4s', '--record', dir, '--json'];
    });
    expect(outcome.exit).toBe(0);
    const result = resultOf(outcome);
    expect(result).toMatchObject({
      schema: 'livekit-swarm/result/2',
      verdict: 'passed',
      exitCode: 0,
      joins: { planned: 10, joined: 10, failed: 0, unaccounted: 0 },
      deployment: { embedded: true, serverVersion: DEFAULT_LIVEKIT_VERSION },
    });
    expect(result.deployment.nodes).toEqual([expect.stringMatching(/^ND_/)]);
    expect(result.thresholds.length).toBeGreaterThan(5);
    expect(result.thresholds.every(({ ok }) => ok)).toBe(true);
    // 10 participants × 50 packets a second, for at least the four seconds in which all were in.
    expect(result.metrics['packets_received.count']).toBeGreaterThan(10 * 50 * 3.5);
    expect(result.metrics['packet_loss.rate']).toBe(0);
    expect(result.metrics['missing_tracks.rate']).toBe(0);
    expect(result.metrics['join_failures.rate']).toBe(0);
    expect(result.metrics['media_latency.p95']).toBeGreaterThan(0);
    expect(result.metrics['join_time.p95']).toBeGreaterThan(0);
    const dir = join(records, String(readdirSync(records).length));
    expect(result.record).toBe(join(dir, 'record.ndjson'));
    expect(readdirSync(dir).sort()).toEqual([
      'livekit-server.log',
      'livekit-server.yaml',
      'record.ndjson',
    ]);

    const record = readFileSync(join(dir, 'record.ndjson'), 'utf8');
    expect(record).not.toMatch(/eyJ[\w-]+\.|secret/i);
    const again = resultOf(await runSwarm(['report', dir, '--json']));
    expect(again.metrics).toEqual(result.metrics);
    expect(again.thresholds).toEqual(result.thresholds);
    const stricter = await runSwarm(['report', dir, '--threshold', 'join_time: p(95)<0.001']);
    expect(stricter.exit).toBe(99);
    expect(stricter.stdout).toMatch(/✗ {2}join_time/);
  });

  it('fails with exit 99 when a threshold is crossed, thresholds first', async () => {
    const flags = ['--rooms', '2', '--duration', '2s', '--quiet'];
    const { exit, stdout } = await untilDecided(() => [
      ...flags,
      '--threshold',
      'join_time: p(95)<0.001',
    ]);
    expect(exit).toBe(99);
    expect(stdout).toMatch(
      /^✗ FAILED \(exit 99\)[\s\S]*THRESHOLDS[\s\S]*✗ {2}join_time[\s\S]*JOINS[\s\S]*MEDIA[\s\S]*GENERATOR[\s\S]*RECORD/,
    );
  });
});
