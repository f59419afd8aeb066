/** `swarm capacity` finds a planted limit; `capacity.long.test.ts` plants others, and repeats the search. */
import { readdirSync } from 'node:fs';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { expect, test } from 'vitest';
import { configFile, findCapacity, scenarioFile } from '../support/capacity.ts';

test('finds a limit on tracks where it is, with its cause', async () => {
  // A room of two has two published tracks and two subscriptions. The node counts them every 200 ms
  // instead of every two seconds.
  const config = configFile(
    'limit: { num_tracks: 8 }\nnode_stats: { stats_update_interval: 200ms }\n',
  );
  const file = scenarioFile({ name: 'calls', senders: 2, joinRate: 4 });
  const { exit, result, stderr } = await findCapacity(file, [
    ...['--server', `${DEFAULT_LIVEKIT_VERSION}+${config}`],
  ]);
  expect(exit, stderr).toBe(0);
  expect(result.cause).toMatchObject({ code: 'limit', reason: 'server_full' });
  expect(result.carried).toBeGreaterThanOrEqual(1);
  expect(result.carried).toBeLessThanOrEqual(3);
});

test('has a CPU profile of the server at the limit', async () => {
  const file = scenarioFile({ name: 'calls', senders: 4 });
  // No server meets the threshold.
  const { result, stderr } = await findCapacity(file, [
    ...['--max', '1', '--step-duration', '14s', '--threshold', 'join_time: p(95)<0.001'],
  ]);
  expect(result.steps.length, stderr).toBeGreaterThan(0);
  for (const { record } of result.steps)
    expect(readdirSync(record ?? ''), stderr).toContain('profile-livekit-server.pb.gz');
  // Without a healthy load generator no load is known to be exceeded.
  const profiles = [{ node: 'livekit-server', failure: null, file: expect.any(String) }];
  expect(result.profiles ?? [], stderr).toMatchObject(result.exceeded === null ? [] : profiles);
});
