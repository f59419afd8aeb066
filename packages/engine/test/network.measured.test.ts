import type { LiveKitServer } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import type { SeriesSample } from '@livekit-swarm/record';
import { type NetworkImpairment, networkPreset, PERFECT_LINK } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import {
  AUDIO,
  openTestRoom,
  SIMULCAST,
  seconds,
  type TestRoom,
  tracksOf,
} from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const network = ({
  up = {},
  down = {},
}: Partial<Record<'up' | 'down', object>>): NetworkImpairment => ({
  up: { ...PERFECT_LINK, ...up },
  down: { ...PERFECT_LINK, ...down },
});

const speaker = {
  publish: [AUDIO, SIMULCAST],
  layout: { type: 'none' as const },
  expectedTracks: { audio: 0, video: 0 },
};
const listener = { expectedTracks: { audio: 1, video: 1 } };

/** Series of one role, added up over this time. */
const watch = async (testRoom: TestRoom, forSeconds: number) => {
  testRoom.sample();
  const taken: SeriesSample[] = [];
  for (let second = 0; second < forSeconds; second++) {
    await seconds(1);
    taken.push(...testRoom.sample().series);
  }
  return (role: string, direction: 'up' | 'down', kind: 'audio' | 'video' | 'data') => {
    const all = taken.filter(
      ({ labels: l }) => l.role === role && l.direction === direction && l.kind === kind,
    );
    const sum = (read: (series: SeriesSample) => number) =>
      all.reduce((total, series) => total + read(series), 0);
    const median = (field: 'latency' | 'rtt' | 'jitter') => {
      const sketch = new Sketch();
      for (const series of all) sketch.addBins(series[field]);
      return sketch.quantile(0.5) ?? Number.NaN;
    };
    const [packets, lost, lostAtFirst] = [
      sum((s) => s.packets),
      sum((s) => s.lost),
      sum((s) => s.lostBeforeRecovery),
    ];
    const expected = direction === 'down' ? packets + lost : packets;
    return {
      packets,
      loss: lost / expected,
      lossAtFirst: lostAtFirst / expected,
      outOfOrder: sum((s) => s.outOfOrder),
      median,
    };
  };
};

describe.concurrent.each(['v1', 'v0'] as const)('over %s', (signalling) => {
  test('only the participant with an impaired downlink has loss and delay', async () => {
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join(
      speaker,
      { ...listener, role: 'good' },
      { ...listener, role: 'bad', network: network({ down: { loss: 0.05, delayMs: 50 } }) },
    );
    await seconds(2);
    const seen = await watch(testRoom, 8);
    for (const kind of ['audio', 'video'] as const) {
      const [good, bad] = [seen('good', 'down', kind), seen('bad', 'down', kind)];
      expect(good.packets).toBeGreaterThan(300);
      expect(good.lossAtFirst).toBe(0);
      // Four standard deviations of the loss for this number of packets.
      const bound = 4 * Math.sqrt((0.05 * 0.95) / bad.packets);
      expect(Math.abs(bad.lossAtFirst - 0.05)).toBeLessThan(bound);
      // Most of the lost packets arrived as retransmissions.
      expect(bad.loss).toBeLessThan(bad.lossAtFirst / 2);
      // Quantiles of sketches have an error of up to 2 %.
      expect(bad.median('latency') - good.median('latency')).toBeGreaterThan(48.5);
      expect(bad.median('latency') - good.median('latency')).toBeLessThan(52.5);
      expect(good.median('latency')).toBeLessThan(20);
      expect(good.median('rtt')).toBeLessThan(20);
      expect(bad.median('rtt')).toBeGreaterThan(48.5);
      expect(bad.median('rtt')).toBeLessThan(60);
    }
    // Delay on the link does not count as late sends of the load generator.
    expect(testRoom.sample().generator.lateSends).toBeLessThan(10);
  });

  test('packets lost on an uplink are requested by the server, and subscribers receive them late', async () => {
    await using testRoom = openTestRoom({ target: server, signalling });
    await testRoom.join(
      { ...speaker, role: 'bad', network: network({ up: { loss: 0.05, delayMs: 40 } }) },
      { ...listener, role: 'good' },
    );
    await seconds(2);
    const seen = await watch(testRoom, 8);
    for (const kind of ['audio', 'video'] as const) {
      const [up, down] = [seen('bad', 'up', kind), seen('good', 'down', kind)];
      const bound = 4 * Math.sqrt((0.05 * 0.95) / up.packets);
      expect(Math.abs(up.lossAtFirst - 0.05)).toBeLessThan(bound);
      expect(up.loss).toBeLessThan(0.05 + bound);
      expect(up.median('rtt')).toBeGreaterThan(38);
      expect(up.median('rtt')).toBeLessThan(50);
      expect(down.median('latency')).toBeGreaterThan(38.5);
      expect(down.median('latency')).toBeLessThan(46);
    }
  });
});

test.concurrent('the requested jitter is measured, and changes no order', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join(
    { ...speaker, publish: [AUDIO] },
    {
      ...listener,
      role: 'bad',
      expectedTracks: { audio: 1, video: 0 },
      network: network({ down: { jitterMs: 10 } }),
    },
  );
  await seconds(2);
  const heard = (await watch(testRoom, 10))('bad', 'down', 'audio');
  expect(heard.median('jitter')).toBeGreaterThan(6);
  expect(heard.median('jitter')).toBeLessThan(15);
  expect(heard).toMatchObject({ outOfOrder: 0, lossAtFirst: 0 });
});

test.concurrent('packets that overtake others are counted as out of order', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join(speaker, {
    ...listener,
    role: 'bad',
    network: network({ down: { reorder: 0.1 } }),
  });
  await seconds(2);
  const seen = (await watch(testRoom, 5))('bad', 'down', 'video');
  expect(seen.outOfOrder / seen.packets).toBeGreaterThan(0.07);
  expect(seen.outOfOrder / seen.packets).toBeLessThan(0.13);
});

test.concurrent('a link passes no more than its rate', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  const narrow = network({ down: { rateBps: 500_000, queueMs: 200 } });
  await testRoom.join(speaker, { ...listener, role: 'narrow', network: narrow });
  await seconds(8);
  const [, line] = await testRoom.leave();
  const bits = tracksOf(line, { direction: 'down' }).reduce(
    (sum, { bytes, packets }) => sum + (bytes + packets * 50) * 8,
    0,
  );
  expect(bits / 8).toBeLessThan(520_000);
  expect(bits / 8).toBeGreaterThan(250_000);
});

test.concurrent.each(['weak-3g', 'geo-satellite', 'leo-satellite'] as const)(
  'a participant behind %s joins, and is received',
  async (name) => {
    await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
    const { impairment } = networkPreset(name);
    await testRoom.join(
      { ...speaker, publish: [AUDIO], role: 'far', network: impairment },
      { ...listener, expectedTracks: { audio: 1, video: 0 }, role: 'near' },
    );
    expect(testRoom.of('joined')).toHaveLength(2);
    await seconds(3);
    const seen = await watch(testRoom, 5);
    const { delayMs, jitterMs } = impairment.up;
    expect(seen('near', 'down', 'audio').packets).toBeGreaterThan(150);
    expect(seen('near', 'down', 'audio').median('latency')).toBeGreaterThan(delayMs);
    expect(seen('near', 'down', 'audio').median('latency')).toBeLessThan(
      delayMs + 2 * jitterMs + 15,
    );
    expect(seen('far', 'up', 'audio').median('rtt')).toBeGreaterThan(2 * delayMs * 0.98);
  },
);
