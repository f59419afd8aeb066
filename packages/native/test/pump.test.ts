import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPump } from '../src/open-pump.ts';
import {
  DATA_STAMP_BYTES,
  type ExtensionIds,
  type LocalTransport,
  type Pump,
  type PumpEvent,
  type PumpSample,
} from '../src/pump.ts';

/** 20 ms of sound, 80 bytes, again and again. */
const tone = {
  kind: 'audio' as const,
  codec: 'opus' as const,
  clockRate: 48_000,
  width: 0,
  height: 0,
  payload: new Uint8Array(80).fill(7),
  packets: new Uint32Array([0, 80, 1, 1]),
  frames: new Uint32Array([0, 1, 960, 1]),
  audioLevels: new Uint8Array([30]),
};

const extensions: ExtensionIds = { mid: 4, absCaptureTime: 7, transportWideCc: 3, audioLevel: 1 };

const until = async (what: string, condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const elapse = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ['a socket for every peer', { ownSockets: true }],
  ['a shared socket', { ownSockets: false }],
])('two pumps over real sockets: %s', (_, sockets) => {
  const events: Record<'a' | 'b', PumpEvent[]> = { a: [], b: [] };
  let a: Pump;
  let b: Pump;
  let localA: LocalTransport;
  let localB: LocalTransport;
  let peerA: number;
  let peerB: number;

  const seen = (side: 'a' | 'b', type: PumpEvent['type']) => events[side].some((event) => event.type === type);
  const receiver = (sample: PumpSample) => {
    const [first] = sample.receivers;
    if (!first) throw new Error('no receiver in the sample');
    return first;
  };
  const sender = (sample: PumpSample) => {
    const [first] = sample.senders;
    if (!first) throw new Error('no sender in the sample');
    return first;
  };

  beforeAll(async () => {
    a = openPump({ threads: 1, ...sockets }, (batch) => events.a.push(...batch));
    b = openPump({ threads: 2, ...sockets }, (batch) => events.b.push(...batch));
    localA = a.createPeer('127.0.0.1');
    localB = b.createPeer('127.0.0.1');
    peerA = localA.peer;
    peerB = localB.peer;
    a.setExtensions(peerA, extensions);
    b.setExtensions(peerB, extensions);
    a.createDataChannel({ peer: peerA, label: '_lossy', ordered: false, maxRetransmits: 0 });
    a.setRemote(peerA, { ...localB, dtlsRole: 'client', controlling: true, dataChannels: true });
    b.setRemote(peerB, { ...localA, dtlsRole: 'server', controlling: false, dataChannels: true });
    a.addRemoteCandidate(peerA, localB.candidate);
    b.addRemoteCandidate(peerB, localA.candidate);
    await until('both sides to be connected', () => seen('a', 'connected') && seen('b', 'connected'));
  });

  afterAll(() => {
    a.close();
    b.close();
  });

  it('carries media that is counted the same on both sides', async () => {
    a.addSender({ peer: peerA, clip: a.addClip(tone), mid: '0', ssrc: 1234, payloadType: 111, cname: 'a', active: true });
    b.addReceiver({
      peer: peerB,
      kind: 'audio',
      mid: '0',
      payloads: [{ payloadType: 111, codec: 'opus', clockRate: 48_000 }],
      nack: true,
      pli: false,
      remb: false,
    });
    await until('the first packet', () => seen('b', 'first-packet'));
    await elapse(3000);
    a.setSenderActive(sender(a.sample()).sender, false);
    await elapse(100);
    const [up, down] = [sender(a.sample()), receiver(b.sample())];
    expect(up.packets).toBeGreaterThan(100);
    // The receiver was added after the sender began: what came before is not its to count.
    expect(up.packets - down.packets).toBeLessThan(10);
    expect(down.lostBeforeRecovery).toBe(0);
    expect(down.bytes).toBe(down.packets * 80);
    expect(down.latencyP50Ms).toBeGreaterThan(0);
    expect(down.latencyP50Ms).toBeLessThan(20);
    expect(up.rttMs).toBeGreaterThanOrEqual(0);
    expect(up.rttMs).toBeLessThan(100);
    expect(up.twccLost).toBe(0);
  });

  it('tells a pause as a gap, unless it is muted', async () => {
    await elapse(700);
    expect(receiver(b.sample()).gaps).toBe(1);
    b.setReceiverMuted(receiver(b.sample()).receiver, true);
    expect(receiver(b.sample()).gaps).toBe(0);
  });

  it('stamps data messages and finds the stamp again', async () => {
    await until('the data channel', () => seen('a', 'channel-open') && seen('b', 'channel-open'));
    const template = new Uint8Array(200).fill(1);
    expect(template.length).toBeGreaterThan(DATA_STAMP_BYTES);
    a.startDataFlow({ peer: peerA, label: '_lossy', template, stampOffset: 50, intervalMs: 20, flow: 42 });
    await until('messages', () => (b.sample().flows[0]?.received ?? 0) > 20);
    const [flow] = b.sample().flows;
    expect(flow).toMatchObject({ flow: 42, lost: 0, duplicates: 0 });
    expect(flow?.latencyP95Ms).toBeLessThan(100);
  });

  it('moves to new ICE credentials without a new handshake', async () => {
    const again = a.sample().senders[0];
    if (!again) throw new Error('no sender');
    a.setSenderActive(again.sender, true);
    const fresh = { a: a.restartIce(peerA), b: b.restartIce(peerB) };
    const before = receiver(b.sample()).packets;
    a.setRemote(peerA, { ...localB, ...fresh.b, dtlsRole: 'client', controlling: true, dataChannels: true });
    b.setRemote(peerB, { ...localA, ...fresh.a, dtlsRole: 'server', controlling: false, dataChannels: true });
    a.addRemoteCandidate(peerA, localB.candidate);
    b.addRemoteCandidate(peerB, localA.candidate);
    await until('media after the restart', () => receiver(b.sample()).packets > before + 50);
  });
});
