/**
 * Interruptions that a drill measures, against the kernel's times of the packets that arrived: the
 * media of a publisher with twenty listeners is lost, and that of one listener.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { sharedLab } from '../support/lab-drill.ts';
import { dropMedia, mediaPorts, startMediaClock } from '../support/media-pauses.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const runningLab = sharedLab(await skipWithout('packet-filter', 'redis', 'haproxy'));

const TOLERANCE_MS = 100;
const PUBLISHER_LOST_MS = 3_000;
const LISTENER_LOST_MS = 2_000;
const LISTENERS = 20;

/** No fault of the drill: the loss is made outside of it. */
const DRILL = `drill: truth
scenario: radio.yaml
steadyState: { within: 4s, for: 2s }
faults: []
recovery: 15s
objectives:
  controlGroup: { maxInterruption: 10s }
  roles:
    dj: { publishing: { notRecovered: 0 } }
    listener: { receiving: { notRecovered: 0 } }
`;

const RADIO = `scenario: radio
groups:
  channels:
    executor: constant-rooms
    rooms: 2
    joinRate: 40/s
    duration: 5s
    roles:
      dj: { count: 1, publish: [{ audio: music, bitrate: 192kbit/s }] }
      listener: { count: ${LISTENERS} }
`;

interface Subscription {
  room: string;
  interruptionMs: number | null;
}

interface RoleRecovery {
  role: string;
  direction: string;
  interrupted: number;
  timeToRecover: { max: number } | null;
}

it('measures every pair within 100 ms of its packets, for a lost publisher and a lost listener', async () => {
  const lab = runningLab();
  const folder = scratch();
  writeFileSync(join(folder, 'radio.yaml'), RADIO);
  writeFileSync(join(folder, 'drill.yaml'), DRILL);
  const record = join(scratch(), 'record');
  const ports = mediaPorts(lab.labs);
  const swarm = startSwarm(
    ['chaos', 'run', join(folder, 'drill.yaml'), '--lab', 'lab', '--json', '--record', record],
    lab.env,
  );
  await expect.poll(() => hasSteadyState(record), { timeout: 60_000, interval: 50 }).toBe(true);

  await using clock = await startMediaClock(ports);
  await expect.poll(async () => (await clock.senders()).size).toBe(2);
  const [dj = ''] = await clock.senders();
  await dropMedia(ports, 'up', dj, PUBLISHER_LOST_MS);
  await sleep(500);
  const [listener = ''] = [...(await clock.pauses())].flatMap(([address, pause]) =>
    pause === null ? [address] : [],
  );
  await dropMedia(ports, 'down', listener, LISTENER_LOST_MS);
  await sleep(1_500);
  const pauses = await clock.pauses();
  // On a busy host the drill is inconclusive, and repeated; what the first repeat measured is right.
  expect([0, 98], swarm.stderr()).toContain(await swarm.ended);
  const ofListener = [pauses.get(listener) ?? Number.NaN];
  const ofPublisher = [...pauses].flatMap(([address, pause]) =>
    pause === null || address === listener ? [] : [pause],
  );
  expect(ofPublisher).toHaveLength(LISTENERS);
  expect(Math.min(...ofPublisher)).toBeGreaterThan(PUBLISHER_LOST_MS - TOLERANCE_MS);
  expect(Math.min(...ofListener)).toBeGreaterThan(LISTENER_LOST_MS - TOLERANCE_MS);

  const { repeats } = JSON.parse(swarm.stdout()) as {
    repeats: { recovery: { subscriptions: Subscription[]; roles: RoleRecovery[] } }[];
  };
  const { subscriptions = [], roles = [] } = repeats[0]?.recovery ?? {};
  expect(subscriptions).toHaveLength(2 * LISTENERS);
  const interrupted = subscriptions.filter(({ interruptionMs }) => interruptionMs !== 0);
  const rooms = [...Map.groupBy(interrupted, ({ room }) => room).values()]
    .map((some) => some.map(({ interruptionMs }) => interruptionMs ?? Number.NaN))
    .sort((a, b) => b.length - a.length);
  expect(rooms.map(({ length }) => length)).toEqual([LISTENERS, 1]);
  const [measured = [], alone = []] = rooms;
  expect(difference(measured, ofPublisher)).toBeLessThanOrEqual(TOLERANCE_MS);
  expect(difference(alone, ofListener)).toBeLessThanOrEqual(TOLERANCE_MS);

  const role = (name: string, direction: string): RoleRecovery | undefined =>
    roles.find((one) => one.role === name && one.direction === direction);
  // The loss of one listener does not interrupt a publication.
  expect(role('dj', 'publishing')).toMatchObject({ interrupted: 1 });
  expect(role('listener', 'receiving')).toMatchObject({ interrupted: LISTENERS + 1 });
  // The publication is interrupted from the last listener's last packet to the first one's first.
  const published = role('dj', 'publishing')?.timeToRecover?.max ?? Number.NaN;
  expect(Math.abs(published - Math.min(...ofPublisher))).toBeLessThanOrEqual(TOLERANCE_MS);
  const received = role('listener', 'receiving')?.timeToRecover?.max ?? Number.NaN;
  expect(Math.abs(received - Math.max(...ofPublisher))).toBeLessThanOrEqual(TOLERANCE_MS);
  console.log(
    `publisher lost: measured ${range(measured)}, packets ${range(ofPublisher)}; listener lost: measured ${range(alone)}, packets ${range(ofListener)}`,
  );
});

const hasSteadyState = (record: string): boolean => {
  const file = join(record, 'record.ndjson');
  return existsSync(file) && readFileSync(file, 'utf8').includes('"steady_state_reached"');
};

/**
 * Largest difference of a pair from its packets, ms. Both in order of their length, which is the
 * assignment of pairs to addresses with the smallest such difference.
 */
const difference = (measured: readonly number[], truth: readonly number[]): number => {
  const sorted = truth.toSorted((a, b) => a - b);
  return Math.max(
    ...measured
      .toSorted((a, b) => a - b)
      .map((ms, index) => Math.abs(ms - (sorted[index] ?? Number.NaN))),
  );
};

const range = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)} ms`;
