import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COHORTS, DATA_STAMP_BYTES, type PumpSample } from '../src/pump.ts';
import { elapse, first, openPair, opus, type Pair, play, sound, until } from './support/pair.ts';

describe.each([
  ['a socket for every peer', { ownSockets: true }],
  ['a shared socket', { ownSockets: false }],
])('two pumps over real sockets: %s', (_, sockets) => {
  let pair: Pair;
  const receiver = (sample: PumpSample) => first(sample.receivers);
  const sender = (sample: PumpSample) => first(sample.senders);

  beforeAll(async () => {
    pair = await openPair(sockets);
  });

  afterAll(() => pair[Symbol.dispose]());

  it('carries media that is counted the same on both sides', async () => {
    const { a, b, localA, localB, seen } = pair;
    play(a, localA.peer, b, localB.peer, 7);
    await until('the first packet', () => seen('b', 'first_packet'));
    await elapse(3000);
    a.setSenderActive(sender(a.sample()).sender, false);
    await elapse(100);
    const [up, sample] = [sender(a.sample()), b.sample()];
    const down = receiver(sample);
    expect(up.packets).toBeGreaterThan(100);
    expect(up.packets - down.packets).toBeLessThan(10);
    expect(down.lostBeforeRecovery).toBe(0);
    expect(down.bytes).toBe(down.packets * 80);
    // Zero is possible: over loopback it may take less than the microsecond below which values
    // count as zero.
    expect(down.latencyP50Ms).toBeGreaterThanOrEqual(0);
    expect(down.latencyP50Ms).toBeLessThan(20);
    expect(up.rttMs).toBeGreaterThanOrEqual(0);
    expect(up.rttMs).toBeLessThan(100);
    expect(up.twccLost).toBe(0);
    // Every packet is in the distribution of its cohort, and no other cohort has one.
    expect(sample.latencies.map(({ cohort }) => cohort)).toEqual([7]);
    const { counts, zeros } = first(sample.latencies);
    expect(counts.reduce((sum, count) => sum + count, zeros)).toBe(down.packets);
    // The next sample starts from zero.
    expect(b.sample().latencies).toEqual([]);
  });

  it('counts a pause as a media interruption, unless it is muted', async () => {
    const { b } = pair;
    await elapse(700);
    expect(receiver(b.sample()).interruptions).toBe(1);
    b.setReceiverMuted(receiver(b.sample()).receiver, true);
    expect(receiver(b.sample()).interruptions).toBe(0);
  });

  it('stamps data messages and finds the stamp again', async () => {
    const { a, b, localA, seen } = pair;
    await until('the data channel', () => seen('a', 'channel_open') && seen('b', 'channel_open'));
    const template = new Uint8Array(200).fill(1);
    expect(template.length).toBeGreaterThan(DATA_STAMP_BYTES);
    a.startDataFlow({
      peer: localA.peer,
      label: '_lossy',
      template,
      stampOffset: 50,
      intervalMs: 20,
      flow: 42,
    });
    let counted = 0;
    await until('messages', () => {
      const { flows, latencies } = b.sample();
      for (const { cohort, counts, zeros } of latencies)
        if (cohort === 9) counted += counts.reduce((a, b) => a + b, zeros);
      expect(counted).toBe(flows[0]?.received ?? 0);
      return counted > 20;
    });
    const [flow] = b.sample().flows;
    expect(flow).toMatchObject({ flow: 42, lost: 0, duplicates: 0 });
    expect(flow?.latencyP95Ms).toBeLessThan(100);
  });

  it('moves to new ICE credentials without a new handshake', async () => {
    const { a, b, localA, localB, events } = pair;
    const channelsOpened = (): number =>
      [...events.a, ...events.b].filter(({ type }) => type === 'channel_open').length;
    const opened = channelsOpened();
    a.setSenderActive(sender(a.sample()).sender, true);
    const fresh = { a: a.restartIce(localA.peer), b: b.restartIce(localB.peer) };
    const before = receiver(b.sample()).packets;
    a.setRemote(localA.peer, {
      ...localB,
      ...fresh.b,
      dtlsRole: 'client',
      controlling: true,
      dataChannels: true,
    });
    b.setRemote(localB.peer, {
      ...localA,
      ...fresh.a,
      dtlsRole: 'server',
      controlling: false,
      dataChannels: true,
    });
    a.addRemoteCandidate(localA.peer, localB.candidate);
    b.addRemoteCandidate(localB.peer, localA.candidate);
    await until('media after the restart', () => receiver(b.sample()).packets > before + 50);
    // A new handshake would begin a new association, in which the data channel opens again.
    expect(channelsOpened()).toBe(opened);
  });

  it('limits the number of cohorts, with a code', () => {
    const { b, localB } = pair;
    const add = (cohort: number) =>
      b.addReceiver({ ...sound, mid: '9', peer: localB.peer, payloads: opus, cohort });
    b.removeReceiver(add(COHORTS - 1));
    expect(() => add(COHORTS)).toThrow('a cohort is 0 to 4095, not 4096');
    expect(() => add(COHORTS)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => b.createPeer('127.0.0.1', { dataCohort: -1 })).toThrow('a cohort is 0 to 4095');
  });
});
