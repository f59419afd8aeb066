/** `swarm soak` against a real server, for as long as two cycles take; `soak.long.test.ts` finds a leak. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

it('runs cycles on one server, reads it at rest, and is not certain after two', async () => {
  const dir = scratch();
  const quick = join(dir, 'quick.yaml');
  writeFileSync(quick, 'room: { departure_timeout: 1 }\n');
  const record = join(dir, 'soak');
  const { exit, stdout, stderr } = await runSwarm([
    ...[
      'soak',
      '--server',
      `${DEFAULT_LIVEKIT_VERSION}+${quick}`,
      '--rooms',
      '1',
      '--participants',
      '3',
    ],
    ...['--duration', '2s', '--departures', 'leave,before-ice', '--for', '10s', '--settle', '20s'],
    ...['--record', record, '--json', '--quiet'],
  ]);
  expect(exit, stderr).toBe(98);
  const { schema, exitCode, result, serverVersion } = JSON.parse(stdout) as SoakReport;
  expect({ schema, exitCode, serverVersion }).toEqual({
    schema: 'livekit-swarm/soak/1',
    exitCode: 98,
    serverVersion: DEFAULT_LIVEKIT_VERSION,
  });
  expect(result.reasons).toEqual([expect.objectContaining({ code: 'too_few_cycles' })]);
  const [first] = result.cycles;
  expect(first).toMatchObject({
    departure: 'leave',
    joins: 3,
    joinsFailed: 0,
    reading: {
      isIdle: true,
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
