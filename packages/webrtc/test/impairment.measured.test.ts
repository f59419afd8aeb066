import { describe, expect, it } from 'vitest';
import type { Impairment, LinkImpairment } from '../src/addon.d.ts';
import { openPump } from '../src/open-pump.ts';
import { elapse, first, openPair, play, until } from './support/pair.ts';

const PERFECT: LinkImpairment = {
  loss: 0,
  burst: 1,
  delayMs: 0,
  jitterMs: 0,
  reorder: 0,
  rateBps: null,
  queueMs: 200,
};

const network = (
  up: Partial<LinkImpairment>,
  down: Partial<LinkImpairment>,
  seed = 5,
): Impairment => ({
  up: { ...PERFECT, ...up },
  down: { ...PERFECT, ...down },
  seed,
});

describe.each([
  ['a socket for every peer', { ownSockets: true }],
  ['a shared socket', { ownSockets: false }],
])('an impaired network: %s', (_, sockets) => {
  it('delays both ways, as each side measures it', async () => {
    using pair = await openPair(sockets, { impairment: network({ delayMs: 60 }, { delayMs: 40 }) });
    const { a, b, localA, localB, seen } = pair;
    play(a, localA.peer, b, localB.peer, 0);
    play(b, localB.peer, a, localA.peer, 0);
    await until('the data channel', () => seen('a', 'channel_open'));
    const template = new Uint8Array(100);
    a.startDataFlow({
      peer: localA.peer,
      label: '_lossy',
      template,
      stampOffset: 0,
      intervalMs: 20,
      flow: 1,
    });
    await elapse(6_000);
    const [atA, atB] = [a.sample(), b.sample()];
    const [up, down] = [first(atB.receivers), first(atA.receivers)];
    // Sketches are within 2 %; the pump itself may delay a packet by a millisecond or two.
    expect(up.latencyP50Ms).toBeGreaterThan(58.8);
    expect(up.latencyP50Ms).toBeLessThan(63);
    expect(down.latencyP50Ms).toBeGreaterThan(39.2);
    expect(down.latencyP50Ms).toBeLessThan(42);
    expect(first(atB.flows).latencyP50Ms).toBeGreaterThan(58.8);
    expect(first(atB.flows).latencyP50Ms).toBeLessThan(64);
    for (const { rttMs } of [...atA.senders, ...atB.senders, ...atA.peers, ...atB.peers]) {
      expect(rttMs).toBeGreaterThan(98);
      expect(rttMs).toBeLessThan(110);
    }
    for (const { lateSends, packets } of [...atA.senders, ...atB.senders])
      expect(lateSends / packets).toBeLessThan(0.02);
    expect(up).toMatchObject({ lostBeforeRecovery: 0, outOfOrder: 0, interruptions: 0 });
    expect(down).toMatchObject({ lostBeforeRecovery: 0, outOfOrder: 0, interruptions: 0 });
    expect(first(atA.peers)).toMatchObject({ impairedDroppedUp: 0, impairedDroppedDown: 0 });
    expect(first(atA.peers).impairedUp).toBeGreaterThan(500);
    expect(first(atB.peers)).toMatchObject({ impairedUp: 0, impairedDown: 0 });
  });

  it('has one-way latency by a clock that is corrected on both ends, so that only what was under way shows it', async () => {
    using pair = await openPair(sockets, { impairment: network({ delayMs: 300 }, {}) });
    const { a, b, localA, localB } = pair;
    play(a, localA.peer, b, localB.peer, 0);
    await elapse(1_500);
    a.setClockCorrection(500);
    await elapse(2_500);
    a.setClockCorrection(0);
    const received = first(b.sample().receivers);
    expect(received.latencyP50Ms).toBeGreaterThan(294);
    expect(received.latencyP50Ms).toBeLessThan(310);
    expect(received.latencyMaxMs).toBeGreaterThan(795);
    expect(received.latencyMaxMs).toBeLessThan(830);
  });

  it('drops what the receiver counts as lost and requests again', async () => {
    using pair = await openPair(sockets, {
      impairment: network({ loss: 0.1 }, { loss: 0.1, burst: 4 }),
    });
    const { a, b, localA, localB } = pair;
    play(a, localA.peer, b, localB.peer, 0);
    play(b, localB.peer, a, localA.peer, 0);
    await elapse(6_000);
    const [atA, atB] = [a.sample(), b.sample()];
    const peer = first(atA.peers);
    // 300 audio packets in each direction: four standard deviations of a binomial are 7 points;
    // with runs of four, twice that.
    for (const { receivers, bound } of [
      { receivers: atB.receivers, bound: 0.07 },
      { receivers: atA.receivers, bound: 0.14 },
    ]) {
      const { packets, lost, lostBeforeRecovery, recovered } = first(receivers);
      expect(Math.abs(lostBeforeRecovery / (packets + lost) - 0.1)).toBeLessThan(bound);
      expect(recovered).toBe(lostBeforeRecovery - lost);
      expect(lost).toBeLessThan(lostBeforeRecovery);
    }
    expect(peer.impairedDroppedUp / peer.impairedUp).toBeLessThan(0.17);
    expect(first(atA.senders).nackedPackets).toBeGreaterThan(0);
    // Feedback and retransmissions are dropped, too: more than media that was missed.
    expect(peer.impairedDroppedUp).toBeGreaterThanOrEqual(first(atB.receivers).lostBeforeRecovery);
    expect(first(atA.senders).sendErrors).toBe(0);
  });

  it('reorders the configured share of packets', async () => {
    using pair = await openPair(sockets, {
      impairment: network({}, { reorder: 0.2, delayMs: 30 }),
    });
    const { a, b, localA, localB } = pair;
    play(b, localB.peer, a, localA.peer, 0);
    await elapse(4_000);
    const { outOfOrder, packets, lostBeforeRecovery } = first(a.sample().receivers);
    expect(outOfOrder / packets).toBeGreaterThan(0.1);
    expect(outOfOrder / packets).toBeLessThan(0.3);
    expect(lostBeforeRecovery).toBe(0);
  });

  it('closes in order behind a long delay', async () => {
    using pair = await openPair(sockets, { impairment: network({ delayMs: 400 }, {}) });
    const { a, localA, seen } = pair;
    await until('the data channel', () => seen('a', 'channel_open') && seen('b', 'channel_open'));
    const at = Date.now();
    a.closePeer(localA.peer);
    await until('the remote to be closed', () => seen('b', 'closed'));
    expect(Date.now() - at).toBeLessThan(1_000);
  });
});

it('an impossible impairment is rejected, with the value that is wrong', () => {
  const pump = openPump({ threads: 1 }, () => {});
  const create = (impairment: Impairment) => pump.createPeer('127.0.0.1', { impairment });
  expect(() => create(network({ loss: 1.5 }, {}))).toThrow('up: loss of a link is 0 to 1, not 1.5');
  expect(() => create(network({}, { delayMs: Number.NaN }))).toThrow(
    'down: delayMs of a link is 0 to 10000, not NaN',
  );
  expect(() => create(network({}, { rateBps: 1 }))).toThrow(
    'down: rateBps of a link is 10000 to 100000000000, not 1',
  );
  expect(() => create(network({}, { loss: 0.9, burst: 2 }))).toThrow(
    'down: runs of 2 losses cannot add up to a loss of 0.9',
  );
  expect(() => create(network({ reorder: 0.9 }, {}))).toThrow(
    'up: reorder of a link is 0 to 0.5, not 0.9',
  );
  pump.close();
});
