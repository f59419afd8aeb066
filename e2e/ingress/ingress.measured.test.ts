/**
 * Channels that publish through livekit/ingress by RTMP: times, delay, killed encoders, a killed and
 * a full ingress, and nothing left behind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { timesOf } from '../support/callers.ts';
import {
  delaysByRoom,
  expectRecovery,
  expectRefusal,
  ingressesOf,
  linesOf,
  median,
  type StartedRun,
  startRun,
} from '../support/ingress-runs.ts';
import { scratch } from '../support/swarm.ts';

await skipWithout('ingress', 'redis', 'ffmpeg');

/** Listeners of a channel; the network of one of them is slower. */
const LISTENERS = 20;
/** Delay that this network adds, ms. */
const ADDED_MS = 400;

const channels = (rooms: number, seconds: number): string => `scenario: channels
groups:
  channels:
    executor: constant-rooms
    rooms: ${rooms}
    duration: ${seconds}s
    roles:
      dj: { publish: [{ audio: music, bitrate: 96kbit/s }], ingress: rtmp }
      near: { count: ${LISTENERS - 1} }
      far: { count: 1, network: { down: { delay: ${ADDED_MS}ms } } }
`;

/** Ids of the encoders of a run. */
const encodersOf = ({ swarm }: StartedRun): number[] =>
  swarm.processes().flatMap(({ pid, command }) => (command.includes('ffmpeg') ? [pid] : []));

it('channels are published, heard and measured, and a killed encoder recovers', async () => {
  await using cluster = await startCluster({ dir: scratch(), nodes: 1, with: ['ingress'] });
  const started = await startRun(cluster, channels(5, 40));
  const { swarm, record } = started;
  await expect.poll(() => encodersOf(started).length, { timeout: 30_000 }).toBe(5);
  await sleep(15_000);
  const [killed = 0] = encodersOf(started);
  process.kill(killed, 'SIGKILL');
  await swarm.ended;
  const { events, participants } = await linesOf(record);

  const djs = participants.filter(({ role }) => role === 'dj');
  expect(
    djs.map(({ outcome }) => outcome),
    swarm.stderr(),
  ).toEqual(Array(5).fill('left'));
  expect(djs.map(({ reconnects }) => reconnects).sort()).toEqual([0, 0, 0, 0, 1]);
  const listeners = participants.filter(({ role }) => role !== 'dj');
  expect(listeners).toHaveLength(5 * LISTENERS);
  // 50 packets a second, but for the time until the first one and without an encoder.
  for (const { tracks } of listeners)
    expect(
      tracks.reduce(
        (sum, { kind, codec, packets }) =>
          sum + (kind === 'audio' && codec === 'opus' ? packets : 0),
        0,
      ),
    ).toBeGreaterThan(750);
  expect(timesOf(events, 'ingress_created')).toHaveLength(5);
  expect(timesOf(events, 'ingress_left').length).toBeGreaterThan(0);
  expect(timesOf(events, 'reconnected')).toHaveLength(1);

  // In each room, the network of the one is known to be slower, and nothing else differs.
  const differences = delaysByRoom(events).map(
    (delays) => (delays.get('far') ?? Number.NaN) - (delays.get('near') ?? Number.NaN),
  );
  expect(differences).toHaveLength(5);
  expect(Math.abs(median(differences) - ADDED_MS)).toBeLessThan(100);
  expect(await ingressesOf(cluster)).toBe(0);
});

it('encoders recover when ingress was killed, and an interrupted run leaves nothing behind', async () => {
  await using cluster = await startCluster({ dir: scratch(), nodes: 1, with: ['ingress'] });
  const started = await startRun(cluster, channels(2, 120));
  await expect.poll(() => encodersOf(started).length, { timeout: 30_000 }).toBe(2);
  await sleep(8_000);
  await expectRecovery(cluster, started, 15_000);
});

it('a full ingress is named, and a deployment without one is refused', async () => {
  const cpu_cost = { rtmp_cpu_cost: 1_000 };
  await using full = await startCluster({
    ...{ dir: scratch(), nodes: 1, with: ['ingress'] },
    ingressConfig: { cpu_cost },
  });
  const { swarm, record } = await startRun(full, channels(1, 25));
  expect(await swarm.ended).not.toBe(0);
  const { events } = await linesOf(record);
  expect(
    events.filter(({ event }) => event === 'join_failed'),
    swarm.stderr(),
  ).toHaveLength(1);
  expect(events.filter(({ reason }) => reason === 'ingress_error')[0]?.message).toMatch(/capacity/);

  await using without = await startCluster({ dir: scratch(), nodes: 1 });
  await expectRefusal(without, channels(1, 10));
});
