import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from './support/swarm.ts';

const recorded = (): { dir: string; flags: string[] } => {
  const dir = join(scratch(), 'record');
  return { dir, flags: ['--record', dir, '--json'] };
};

describe('swarm', () => {
  it('sends a crowd through a real server, and passes', async () => {
    const { dir, flags } = recorded();
    const outcome = await runSwarm(['--rooms', '5', '--duration', '4s', ...flags]);
    expect(outcome.exit).toBe(0);
    const result = resultOf(outcome);
    expect(result).toMatchObject({
      schema: 'livekit-swarm/result/2',
      verdict: 'passed',
      exitCode: 0,
      joins: { planned: 10, joined: 10, failed: 0, unaccounted: 0 },
      deployment: { embedded: true, server_version: '1.13.4' },
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
    expect(result.record).toBe(join(dir, 'record.ndjson'));
    expect(readdirSync(dir).sort()).toEqual([
      'livekit-server.log',
      'livekit-server.yaml',
      'record.ndjson',
    ]);
  });

  it('writes a record without secrets, that reports the same and can be judged anew', async () => {
    const { dir, flags } = recorded();
    const first = resultOf(await runSwarm(['--rooms', '2', '--duration', '2s', ...flags]));
    const record = readFileSync(join(dir, 'record.ndjson'), 'utf8');
    expect(record).not.toMatch(/eyJ[\w-]+\.|secret/i);
    const again = resultOf(await runSwarm(['report', dir, '--json']));
    expect(again.metrics).toEqual(first.metrics);
    expect(again.thresholds).toEqual(first.thresholds);
    const stricter = await runSwarm(['report', dir, '--threshold', 'join_time: p(95)<0.001']);
    expect(stricter.exit).toBe(99);
    expect(stricter.stdout).toMatch(/✗ {2}join_time/);
  });

  it('fails with exit 99 when a threshold is crossed, thresholds first', async () => {
    const { exit, stdout } = await runSwarm([
      '--rooms',
      '2',
      '--duration',
      '2s',
      '--quiet',
      '--threshold',
      'join_time: p(95)<0.001',
    ]);
    expect(exit).toBe(99);
    expect(stdout).toMatch(
      /^✗ FAILED \(exit 99\)[\s\S]*THRESHOLDS[\s\S]*✗ {2}join_time[\s\S]*JOINS[\s\S]*MEDIA[\s\S]*GENERATOR[\s\S]*RECORD/,
    );
  });

  it('shows plain lines of progress where there is no terminal, and none when quiet', async () => {
    const loud = await runSwarm(['--rooms', '2', '--duration', '2s']);
    expect(loud.stderr).toMatch(
      /^2 rooms × 2 participants, audio, 2s → livekit-server 1\.13\.4 on this machine\n/,
    );
    expect(loud.stderr).toMatch(/\n1s\/2s \w+ \d\/4 in, 0 failed \| packets up/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no escape sequences is what is looked for.
    expect(loud.stderr + loud.stdout).not.toMatch(/\u001b/);
    const quiet = await runSwarm(['--rooms', '1', '--duration', '1s', '--quiet']);
    expect(quiet.stderr).toBe('');
  });

  it('speaks to an older server', async () => {
    const result = resultOf(
      await runSwarm(['--rooms', '2', '--duration', '2s', '--json', '--livekit-version', '1.11.0']),
    );
    expect(result).toMatchObject({ verdict: 'passed', deployment: { server_version: '1.11.0' } });
  });

  it('speaks with two PeerConnections', async () => {
    const result = resultOf(
      await runSwarm(['--rooms', '2', '--duration', '2s', '--json', '--signalling', 'v0']),
    );
    expect(result).toMatchObject({ verdict: 'passed', joins: { joined: 4 } });
  });

  it('has an audience, video and data', async () => {
    const flags = [
      '--publish',
      'audio,video',
      '--video',
      '360p',
      '--simulcast',
      '--subscribers',
      '2',
      '--data-rate',
      '5/s',
    ];
    const result = resultOf(
      await runSwarm([
        '--rooms',
        '1',
        '--participants',
        '2',
        ...flags,
        '--duration',
        '4s',
        '--json',
      ]),
    );
    expect(result).toMatchObject({ verdict: 'passed', joins: { joined: 4 } });
    expect(result.metrics['missing_tracks.rate']).toBe(0);
    expect(result.metrics['data_messages_received.count']).toBeGreaterThan(40);
  });

  it('obeys the environment', async () => {
    const env = {
      SWARM_ROOMS: '1',
      SWARM_DURATION: '3s',
      SWARM_JSON: 'true',
      SWARM_QUIET: '1',
      SWARM_THRESHOLD: 'jitter: max<1s; join_time: max<9s',
    };
    const { exit, stdout, stderr } = await runSwarm([], env);
    expect([exit, stderr]).toEqual([0, '']);
    const expressions = resultOf({ stdout }).thresholds.map(
      ({ metric, expression }) => `${metric} ${expression}`,
    );
    expect(expressions).toContain('jitter max<1000');
    expect(expressions).toContain('join_time max<9000');
  });
});
