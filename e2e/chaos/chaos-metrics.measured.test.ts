import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { expectPassedUnlessBusy } from '../support/busy-host.ts';
import { labWorld } from '../support/lab-world.ts';
import { type Result, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy', 'prometheus', 'alertmanager');

const DRILL = `drill: seen
lab: { nodes: 2, alerts: true }
load: { rooms: 2, participants: 3 }
steadyState: { within: 6s, for: 2s }
faults: [{ fault: hang, target: room-node, for: 4s }]
recovery: 10s
objectives: { controlGroup: any, subscriptionsNotRecovered: any, splitBrain: any, roomsWithoutMedia: any }
`;

interface Answer {
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

/** The only answer of a Prometheus; null: none yet. */
const ask = async (prometheus: string, query: string): Promise<number | null> => {
  const response = await fetch(
    `${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`,
  ).catch(() => null);
  const answer = (await response?.json()) as Answer | undefined;
  const [one] = answer?.data.result ?? [];
  return one === undefined ? null : Number(one.value[1]);
};

it('shows a drill to the Prometheus of its own lab: media reception, and the fault while it is active', async () => {
  const file = join(scratch(), 'seen.yaml');
  writeFileSync(file, DRILL);
  const swarm = startSwarm(['chaos', 'run', file, '--json'], labWorld().env);
  await swarm.says(/prometheus is up: http/, 60_000);
  const [, prometheus = ''] = /prometheus is up: (http:\S+)/.exec(swarm.stderr()) ?? [];
  const shows = (query: string, value: number) =>
    expect.poll(() => ask(prometheus, query), { timeout: 40_000 }).toBe(value);
  await shows('sum(livekit_swarm_chaos_participants{drill="seen",state="receiving_all"})', 6);
  await shows('sum(livekit_swarm_chaos_subscriptions{state="receiving"})', 12);
  await shows('sum(livekit_swarm_chaos_fault_active{fault="hang"} == 1)', 1);
  // Two seconds of four: those whose media the node carried.
  await expect
    .poll(() => ask(prometheus, 'sum(livekit_swarm_chaos_subscriptions{state="interrupted"})'), {
      timeout: 10_000,
    })
    .toBeGreaterThan(0);
  await shows('sum(livekit_swarm_chaos_fault_active{fault="hang"})', 0);
  await shows('sum(up{job="swarm-run"})', 1);
  const exit = await swarm.ended;
  const { repeats } = JSON.parse(swarm.stdout()) as {
    repeats: Pick<Result, 'verdict' | 'reasons'>[];
  };
  expect(repeats).toHaveLength(1);
  for (const repeat of repeats) expectPassedUnlessBusy(exit, repeat);
});
