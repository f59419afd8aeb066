/** Tests `swarm capacity` where nothing is measured: they do not depend on how busy the host is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacitySchema } from '@livekit-swarm/analysis/capacity';
import { expect, test } from 'vitest';
import { findCapacity, scenarioFile } from '../support/capacity.ts';
import { expectGone, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const calls = (): string => scenarioFile({ name: 'calls', senders: 2 });

test('Ctrl-C leaves a result of what was measured, and nothing else', async () => {
  const record = join(scratch(), 'capacity');
  const swarm = startSwarm(['capacity', calls(), '--record', record, '--json']);
  await swarm.says(/steady 2\/2 in|joining/, 60_000);
  const processes = swarm.processes();
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  await expectGone(processes);
  const result = capacitySchema.parse(JSON.parse(swarm.stdout()));
  expect(result).toMatchObject({ end: 'interrupted', exitCode: 130, unit: 'rooms', carried: 0 });
  for (const file of ['capacity.json', 'capacity.txt', 'capacity.html'])
    expect(readFileSync(join(record, file), 'utf8').length).toBeGreaterThan(100);
  expect(existsSync(join(record, '1'))).toBe(true);
});

test('a deployment that does not answer ends the search with exit code 3', async () => {
  const { exit, result } = await findCapacity(
    calls(),
    ['--url', 'ws://127.0.0.1:9', '--with-other-users'],
    {
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: 'secret-that-is-long-enough-for-a-test',
    },
  );
  expect(exit).toBe(3);
  expect(result).toMatchObject({ end: 'unreachable', steps: [], carried: 0 });
  expect(result.error?.message).toContain('127.0.0.1:9');
});

test.each([
  ['--until', 'disk=3GB'],
  ['--by', 'viewer'],
])('%s %s is refused before anything is started', async (flag, value) => {
  const { exit, stderr } = await runSwarm(['capacity', calls(), flag, value]);
  expect(exit).toBe(2);
  expect(stderr).toContain(flag);
});
