/** Firefox as a publisher and as a witness, and after its run was killed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { stillThere } from '../support/processes.ts';
import { resultOf, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('firefox');

const CALL = `scenario: call
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 30s
    roles:
      host: { count: 1, engine: firefox, publish: [audio, { video: 360p }] }
      guest: { count: 1, publish: [audio, { video: 360p }] }
witnesses: firefox
`;

test('native participants and Firefox receive each other', async () => {
  const dir = scratch();
  const file = join(dir, 'call.yaml');
  writeFileSync(file, CALL);
  const outcome = await runSwarm(['run', file, '--record', join(dir, 'record'), '--json']);
  const result = resultOf(outcome);
  expect(result.joins, outcome.stderr).toMatchObject({ planned: 3, joined: 3, failed: 0 });
  // The guest receives two tracks of Firefox, which receives two of the guest.
  expect(result.metrics['missing_tracks.rate']).toBe(0);
  expect(result.clients).toHaveLength(2);
  for (const { role, engine, seen } of result.clients) {
    expect(engine).toBe('firefox');
    expect(seen.framesDecoded, role).toBeGreaterThan(10);
    expect(seen.jitterBufferP95Ms, role).toBeGreaterThan(0);
    expect(seen.concealed, role).toBeLessThan(0.9);
  }
});

test('a run that was killed leaves no process of Firefox', async () => {
  const swarm = startSwarm(['--rooms', '1', '--duration', '60s', '--witness', 'firefox']);
  await swarm.says(/3\/3 in/, 60_000);
  const started = swarm.processes();
  expect(started.some(({ command }) => command.includes('firefox-profile'))).toBe(true);
  swarm.signal('SIGKILL');
  await swarm.ended;
  await expect.poll(() => started.filter(stillThere), { timeout: 20_000 }).toEqual([]);
});
