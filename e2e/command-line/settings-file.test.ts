/** `swarm.yaml` of the working folder, and `--server` with a configuration, in one short run against a real server. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

it('takes rooms, thresholds and host rules from swarm.yaml, and settings of the server from --server', async () => {
  const dir = scratch();
  const config = join(dir, 'small rooms.yaml');
  writeFileSync(config, 'room: { max_participants: 2 }\nport: 1\n');
  writeFileSync(
    join(dir, 'swarm.yaml'),
    'url: wss://livekit.example.com\nroomPrefix: folder\nthresholds: { join_time: p(95)<60s, join_failures: rate<1% }\n',
  );
  // A limit on the CPU time needs root and control groups.
  const limit = (await missing('cpu-quota')) === null ? '@cpu=4' : '';
  const ran = await runSwarm(
    [
      ...[
        '--server',
        `small=${DEFAULT_LIVEKIT_VERSION}+${config}${limit}`,
        '--rooms',
        '1',
        '--participants',
        '3',
      ],
      ...['--duration', '2s', '--json'],
    ],
    {},
    dir,
  );
  expect(ran.exit, ran.stderr).toBe(99);
  const result = resultOf(ran);
  expect(result.joins.failureReasons).toEqual([
    expect.objectContaining({ reason: 'room_full', count: 1 }),
  ]);
  expect(result.thresholds.map(({ metric }) => metric)).toContain('join_failures');
  expect(ran.stderr).toMatch(/^swarm\.yaml: room prefix folder; thresholds on /m);
  expect(ran.stderr).not.toMatch(/^swarm\.yaml: .*url/m);
  expect(ran.stderr).toMatch(/small: settings of its configuration that are ignored, .*: port\n/);
  expect(ran.stderr).toContain(
    `→ livekit-server ${DEFAULT_LIVEKIT_VERSION}+${config}${limit} on this host`,
  );

  const listed = await runSwarm(['records', '--json'], {}, dir);
  expect(JSON.parse(listed.stdout)).toEqual([
    expect.objectContaining({ kind: 'run', verdict: 'failed', rooms: 1, participants: 3 }),
  ]);
  const again = await runSwarm(['report', '--json'], {}, dir);
  expect(again.exit).toBe(99);
  expect(again.stderr).toMatch(/^Last record: records\//);
});

it('does not send load to a public server that only swarm.yaml names, nor read the file with --no-swarm-yaml', async () => {
  const dir = scratch();
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'swarm.yaml'), 'url: wss://livekit.example.com\n');
  const keys = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'secret', CI: 'false' };
  const refused = await runSwarm(['--rooms', '1'], keys, dir);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toMatch(
    /livekit\.example\.com is named by swarm\.yaml only[\s\S]*--confirm-target/,
  );
  const inCi = await runSwarm(['--rooms', '1'], { ...keys, CI: 'true' }, dir);
  expect(inCi.exit).toBe(2);
  expect(inCi.stderr).toMatch(/url is not used in a CI job[\s\S]*no server is named/);
  const without = await runSwarm(['--no-swarm-yaml', '--rooms', '1'], { ...keys, CI: 'true' }, dir);
  expect(without.stderr).toMatch(/no server is named/);
  expect(without.stderr).not.toMatch(/swarm\.yaml/);
});
