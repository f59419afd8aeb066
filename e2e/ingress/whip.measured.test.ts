/**
 * Channels that publish through livekit/ingress by WHIP: times, delay, a lost and a killed session, a
 * full ingress, refusals, and nothing left behind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { timesOf } from '../support/callers.ts';
import {
  delaysByRoom,
  expectRecovery,
  expectRefusal,
  ingressClientOf,
  ingressesOf,
  linesOf,
  median,
  startRun,
} from '../support/ingress-runs.ts';
import { scratch } from '../support/swarm.ts';

await skipWithout('ingress', 'redis');

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
      dj:
        publish: [{ audio: music, bitrate: 96kbit/s }, { video: 360p, codec: h264 }]
        ingress: whip
      near: { count: ${LISTENERS - 1} }
      far: { count: 1, network: { down: { delay: ${ADDED_MS}ms } } }
`;

/** A channel in layers, and one whose encoder disappears while others continue. */
const OTHERS = `  layers:
    executor: constant-rooms
    rooms: 1
    duration: 15s
    roles:
      dj: { publish: [audio, { video: 720p, codec: h264, simulcast: true }], ingress: whip }
      watcher: { count: 1 }
  gone:
    executor: constant-rooms
    rooms: 1
    duration: 15s
    roles:
      dj: { publish: [audio, { video: 360p, codec: vp8 }], ingress: whip, departure: disappear }
      watcher: { count: 1 }
`;

const startLab = (ingressConfig: Record<string, unknown> = {}): Promise<Cluster> =>
  startCluster({ dir: scratch(), nodes: 1, with: ['ingress'], ingressConfig });

it('channels are published, received and measured, and lost sessions are replaced', async () => {
  await using cluster = await startLab();
  const { swarm, record } = await startRun(cluster, channels(5, 60) + OTHERS);
  const client = ingressClientOf(cluster);
  await expect.poll(() => ingressesOf(cluster), { timeout: 30_000 }).toBe(7);
  await sleep(20_000);
  // Ingress ends the session of a stream whose settings change.
  const changed = (await client.listIngress()).find(({ name }) => name.includes('channels'));
  await client.updateIngress(changed?.ingressId ?? '', { name: changed?.name ?? '' });
  await swarm.ended;
  const { events, participants } = await linesOf(record);

  const djs = participants.filter(({ role }) => role === 'dj');
  expect(
    djs.map(({ outcome }) => outcome),
    swarm.stderr(),
  ).toEqual(Array(7).fill('left'));
  expect(djs.map(({ reconnects }) => reconnects).sort()).toEqual([0, 0, 0, 0, 0, 0, 1]);
  // Streams that were replaced are added up, as those of other participants.
  for (const { group, tracks } of djs)
    expect(tracks.filter(({ packets }) => packets > 200)).toHaveLength(group === 'layers' ? 4 : 2);
  const listeners = participants.filter(({ role }) => role !== 'dj');
  expect(listeners).toHaveLength(5 * LISTENERS + 2);
  for (const { group, tracks } of listeners) {
    const packetsOf = (kind: string, codec: string): number =>
      tracks.reduce(
        (sum, one) => sum + (one.kind === kind && one.codec === codec ? one.packets : 0),
        0,
      );
    // 50 packets a second, but for the time until the first one and without a session.
    const seconds = group === 'channels' ? 45 : 8;
    expect(packetsOf('audio', 'opus')).toBeGreaterThan(50 * seconds);
    expect(packetsOf('video', group === 'gone' ? 'vp8' : 'h264')).toBeGreaterThan(30 * seconds);
  }
  expect(timesOf(events, 'ingress_created')).toHaveLength(7);
  expect(timesOf(events, 'reconnected')).toHaveLength(1);
  const delays = delaysByRoom(events.filter(({ group }) => group === 'channels'));
  const [gone = Number.NaN] = events.flatMap(({ event, group, durationMs }) =>
    event === 'ingress_left' && group === 'gone' ? (durationMs ?? []) : [],
  );
  expect(gone).toBeGreaterThan(2_000);

  // In each room, the network of the one is known to be slower, and nothing else differs.
  const differences = delays.map(
    (one) => (one.get('far') ?? Number.NaN) - (one.get('near') ?? Number.NaN),
  );
  expect(differences).toHaveLength(5);
  expect(Math.abs(median(differences) - ADDED_MS)).toBeLessThan(100);
  // Nothing in between waits or encodes: what is left is one host's loopback.
  expect(median(delays.map((one) => one.get('near') ?? Number.NaN))).toBeLessThan(100);
  expect(await ingressesOf(cluster)).toBe(0);
});

it('sessions recover when ingress was killed, and an interrupted run leaves nothing behind', async () => {
  await using cluster = await startLab();
  const started = await startRun(cluster, channels(2, 120));
  await expect.poll(() => ingressesOf(cluster), { timeout: 30_000 }).toBe(2);
  await sleep(12_000);
  await expectRecovery(cluster, started, 30_000);
});

it('a full ingress, one without WHIP, and a deployment without one are named', async () => {
  const reasonOf = async (cluster: Cluster) => {
    const { swarm, record } = await startRun(cluster, channels(1, 25));
    expect(await swarm.ended).not.toBe(0);
    const { events } = await linesOf(record);
    const failed = events.filter(({ event }) => event === 'join_failed');
    expect(failed, swarm.stderr()).toHaveLength(1);
    return failed[0];
  };
  const cpu_cost = { whip_bypass_transcoding_cpu_cost: 1_000 };
  await using full = await startLab({ cpu_cost });
  expect(await reasonOf(full)).toMatchObject({
    reason: 'whip_full',
    message: expect.stringMatching(/HTTP 429.*capacity/),
  });
  await using withoutWhip = await startLab({ whip_port: -1 });
  expect(await reasonOf(withoutWhip)).toMatchObject({
    reason: 'whip_unreachable',
    hint: expect.stringContaining('whip_port'),
  });
  await using without = await startCluster({ dir: scratch(), nodes: 1 });
  await expectRefusal(without, channels(1, 10));
});
