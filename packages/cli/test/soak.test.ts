/** `swarm soak` against a real server, for as long as one or two cycles take. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from './support/swarm.ts';

it('runs cycles on one server, reads it at rest, and is not certain after two', async () => {
  const dir = scratch();
  const quick = join(dir, 'quick.yaml');
  writeFileSync(quick, 'room: { departure_timeout: 1 }\n');
  const record = join(dir, 'soak');
  const { exit, stdout, stderr } = await runSwarm([
    ...['soak', '--server', `1.13.4+${quick}`, '--rooms', '1', '--participants', '3'],
    ...['--duration', '2s', '--departures', 'leave,before-ice', '--for', '10s', '--settle', '20s'],
    ...['--record', record, '--json', '--quiet'],
  ]);
  expect(exit, stderr).toBe(98);
  const { schema, exitCode, result, serverVersion } = JSON.parse(stdout) as SoakReport;
  expect({ schema, exitCode, serverVersion }).toEqual({
    schema: 'livekit-swarm/soak/1',
    exitCode: 98,
    serverVersion: '1.13.4',
  });
  expect(result.reasons).toEqual([expect.objectContaining({ code: 'too_few_cycles' })]);
  const [first] = result.cycles;
  expect(first).toMatchObject({
    departure: 'leave',
    joins: 3,
    joinsFailed: 0,
    reading: {
      isAtRest: true,
      nodes: [
        {
          node: 'livekit-server',
          goroutines: expect.any(Number),
          descriptors: expect.any(Number),
          memoryBytes: expect.any(Number),
        },
      ],
    },
  });
  expect(existsSync(join(record, '001', 'record.ndjson'))).toBe(true);
  expect(JSON.parse(readFileSync(join(record, 'soak.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  expect(readFileSync(join(record, 'soak.txt'), 'utf8')).toMatch(/INCONCLUSIVE \(exit 98\)/);
});

it.each([
  [['--departures', 'vanish'], /there is no "vanish"/],
  [['--tolerate', 'goroutines=many'], /not a resource and what may remain/],
  [['--tolerate', 'memory=10'], /memory=10MB/],
  [['--for', '1s'], /from 10s to 168h/],
  [['--server-metrics', 'http://127.0.0.1:1/metrics'], /has no effect without --url/],
])('refuses %j', async (flags, message) => {
  const { exit, stderr } = await runSwarm(['soak', '--embedded', ...flags]);
  expect(exit).toBe(2);
  expect(stderr).toMatch(message);
});

it('needs to know the nodes of a deployment', async () => {
  const { exit, stderr } = await runSwarm(['soak', '--for', '10s'], {
    LIVEKIT_URL: 'ws://127.0.0.1:9',
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_SECRET: 'secret-of-a-sufficient-length-000',
  });
  expect(exit).toBe(2);
  expect(stderr).toMatch(/--server-metrics http:\/\/NODE:6789\/metrics/);
});
