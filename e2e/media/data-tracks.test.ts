/** Data tracks between browsers (livekit-client), through a livekit-server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { beforeEach, expect, test } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const reason = await skipWithout('chromium');
beforeEach(({ skip }) => skip(reason !== null, reason ?? ''));

const SCENARIO = `scenario: control
groups:
  rooms:
    executor: constant-rooms
    rooms: 1
    duration: 12s
    roles:
      pilot: { count: 1, engine: browser, dataTracks: { to: robot, size: 200B, every: 50ms } }
      robot: { count: 2, engine: browser }
thresholds:
  data_tracks_silent{role:robot}: [rate==0]
  data_track_loss{role:robot}: [rate<0.05]
  data_track_latency{role:robot}: [p(50)<5s, count>=40]
  data_track_reordered{role:robot}: [rate<0.05]
  data_track_drops{role:pilot}: [rate<0.2]
`;

test('frames on a data track arrive at every subscriber, and are measured', async () => {
  const file = join(scratch(), 'control.yaml');
  writeFileSync(file, SCENARIO);
  const outcome = await runSwarm(['run', file, '--json']);
  expect([0, 98, 99], outcome.stderr).toContain(outcome.exit);
  const result = resultOf(outcome);
  expect(result.joins, outcome.stderr).toMatchObject({ joined: 3, failed: 0 });
  const figures = Object.fromEntries(
    result.thresholds.map(({ metric, expression, value }) => [`${metric} ${expression}`, value]),
  );
  expect(figures['data_tracks_silent{role:robot} rate==0'], JSON.stringify(figures)).toBe(0);
  // Two robots, 20 frames a second, for most of twelve seconds: fewer on a busy host.
  expect(figures['data_track_latency{role:robot} count>=40']).toBeGreaterThanOrEqual(40);
  // On loopback nothing is lost; a busy page may read too late.
  const most = (metric: string, share: number) =>
    expect(
      figures[`${metric} rate<${share}`],
      `${metric}: ${JSON.stringify(figures)}`,
    ).toBeLessThan(share);
  most('data_track_loss{role:robot}', 0.05);
  most('data_track_reordered{role:robot}', 0.05);
  most('data_track_drops{role:pilot}', 0.2);
});
