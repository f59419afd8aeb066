/** A published leak is found in the version that has it, and not in the next version. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import type { SoakComparison } from '@livekit-swarm/report/soak';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const MINUTES = 60_000;
/** Time for each version: at least ten cycles, of which eight count. */
const FOR = '210s';

/** The load of scenarios/join-and-leave.yaml at its large scale, in cycles of half its time. */
const DOORS = `scenario: doors
groups:
  doors:
    executor: per-room-churn
    rooms: 20
    joinRate: 20/s
    duration: 10s
    sessionDuration: { uniform: [1s, 3s] }
    replacementDelay: { uniform: [100ms, 500ms] }
    roles:
      host: { count: 2, publish: [audio], permanent: true }
      visitor: { count: 4, publish: [audio] }
`;

it('finds goroutines that 1.13.3 keeps of clients that are gone before it answers', {
  timeout: 20 * MINUTES,
}, async () => {
  const dir = scratch();
  const scenario = join(dir, 'doors.yaml');
  writeFileSync(scenario, DOORS);
  // An empty room is not kept, so that the server is at rest within seconds.
  const quick = join(dir, 'quick.yaml');
  writeFileSync(quick, 'room: { departure_timeout: 1, empty_timeout: 1 }\n');
  const { stdout, stderr } = await runSwarm([
    ...['soak', scenario, '--departures', 'before-response', '--for', FOR],
    ...['1.13.3', DEFAULT_LIVEKIT_VERSION].flatMap((version) => [
      '--server',
      `${version}+${quick}`,
    ]),
    ...['--record', join(dir, 'soak'), '--json', '--quiet'],
  ]);
  expect(stdout, stderr).not.toBe('');
  const { soaks, differences } = JSON.parse(stdout) as SoakComparison;
  const [leaking, next] = soaks.map(({ soak }) => soak.result);
  console.log(
    JSON.stringify([leaking, next].map((result) => [result?.cycles.length, result?.resources[0]])),
  );
  expect(leaking?.verdict, JSON.stringify(leaking?.reasons)).toBe('failed');
  expect(leaking?.reasons).toContainEqual(
    expect.objectContaining({ code: 'leak', resource: 'goroutines' }),
  );
  expect(next?.verdict, JSON.stringify(next?.reasons)).not.toBe('failed');
  expect(differences).toContainEqual(
    expect.objectContaining({ resource: 'goroutines', direction: 'less' }),
  );
});
