/** `swarm soak` against real servers, its errors and its interruption. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { SoakComparison } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { expectGone, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

it('soaks servers one after the other; Ctrl-C leaves the results so far, and nothing else', async () => {
  const dir = scratch();
  const quick = join(dir, 'quick.yaml');
  writeFileSync(quick, 'room: { departure_timeout: 1 }\n');
  const record = join(dir, 'soaks');
  const swarm = startSwarm([
    ...[
      'soak',
      '--server',
      `first=${DEFAULT_LIVEKIT_VERSION}+${quick}`,
      '--server',
      `second=${DEFAULT_LIVEKIT_VERSION}+${quick}`,
    ],
    ...['--rooms', '1', '--participants', '2', '--duration', '2s', '--departures', 'leave'],
    ...['--for', '10s', '--settle', '20s', '--record', record],
  ]);
  // The first has had its time; the second has begun.
  await swarm.says(/for 10s at most[\s\S]*cycle 1[\s\S]*for 10s at most/, 90_000);
  const processes = swarm.processes();
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  await expectGone(processes);
  expect(swarm.stdout()).toMatch(/needs 7[\s\S]*The soak ended early: it was interrupted/);
  const soaks = JSON.parse(readFileSync(join(record, 'soaks.json'), 'utf8')) as SoakComparison;
  expect(soaks.soaks.map(({ name, soak }) => [name, soak.exitCode])).toEqual([
    ['first', 98],
    ['second', 130],
  ]);
  expect(soaks.exitCode).toBe(130);
  for (const folder of ['1-first', '2-second'])
    expect(existsSync(join(record, folder, 'soak.json'))).toBe(true);
});

it.each([
  [['--departures', 'vanish'], /there is no "vanish"/],
  [['--tolerate', 'goroutines=many'], /not a resource and what may remain/],
  [['--tolerate', 'memory=10'], /memory=10MB/],
  [['--for', '1s'], /from 10s to 168h/],
  [['--server-metrics', 'http://127.0.0.1:1/metrics'], /has no effect without --url/],
  [
    ['--server', DEFAULT_LIVEKIT_VERSION, '--server', DEFAULT_LIVEKIT_VERSION],
    /two servers have this name/,
  ],
])('refuses %j', async (flags, message) => {
  const { exit, stderr } = await runSwarm(['soak', '--embedded', ...flags]);
  expect(exit).toBe(2);
  expect(stderr).toMatch(message);
});

/** A typed URL, which needs no confirmation, of a server whose API does not answer. */
const NOWHERE = ['--url', 'ws://127.0.0.1:9', '--with-other-users'];

it('needs to know the nodes of a deployment', async () => {
  const { exit, stderr } = await runSwarm(['soak', '--for', '10s', ...NOWHERE], {
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_SECRET: 'secret-of-a-sufficient-length-000',
  });
  expect(exit).toBe(2);
  expect(stderr).toMatch(/--server-metrics http:\/\/NODE:6789\/metrics/);
});

it('ends with the reason when the metrics of a node do not answer', async () => {
  const record = join(scratch(), 'soak');
  const { exit, stdout, stderr } = await runSwarm(
    [
      ...['soak', '--for', '10s', '--record', record, ...NOWHERE],
      ...['--server-metrics', 'http://127.0.0.1:7/metrics'],
    ],
    {
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: 'secret-of-a-sufficient-length-000',
    },
  );
  expect(exit, stderr).toBe(98);
  expect(stdout).toMatch(/The soak ended early: the metrics of a node cannot be read/);
  expect(stderr).not.toMatch(/bug in swarm/);
  expect(existsSync(join(record, 'soak.json'))).toBe(true);
});
