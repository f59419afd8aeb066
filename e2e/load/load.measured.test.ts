import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { describe, expect, it } from 'vitest';
import { resultOf, runSwarm } from '../support/swarm.ts';

describe('swarm', () => {
  it('shows plain lines of progress where there is no terminal, and none when quiet', async () => {
    const loud = await runSwarm(['--rooms', '2', '--duration', '2s']);
    const first = `2 rooms × 2 participants, audio, 2s → livekit-server ${DEFAULT_LIVEKIT_VERSION} on this host`;
    expect(loud.stderr.split('\n')[0]).toBe(first);
    expect(loud.stderr).toMatch(/\n1s\/2s \w+ \d\/4 in, 0 failed \| packets up/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no escape sequences is what is looked for.
    expect(loud.stderr + loud.stdout).not.toMatch(/\u001b/);
    const quiet = await runSwarm(['--rooms', '1', '--duration', '1s', '--quiet']);
    expect(quiet.stderr).toBe('');
  });

  it('speaks to an older server', async () => {
    const result = resultOf(
      await runSwarm(['--rooms', '2', '--duration', '2s', '--json', '--server', '1.11.0']),
    );
    expect(result).toMatchObject({ verdict: 'passed', deployment: { serverVersion: '1.11.0' } });
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
