import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { MediaLeg } from './media-leg.ts';
import { type RtpPacket, readRtp } from './rtp-packet.ts';

test('sends nothing while the other side holds the call, and continues with the time of then', async () => {
  const media = { payloadType: 0 as const, payloads: [Buffer.alloc(160, 0xff)], dtmf: null };
  const leg = await MediaLeg.open('127.0.0.1', media);
  const other = await MediaLeg.open('127.0.0.1', media);
  const address = { host: '127.0.0.1', port: other.port, eventPayloadType: null };
  const send = (fromMs: number, toMs: number): void => {
    for (let nowMs = fromMs + 20; nowMs <= toMs; nowMs += 20) leg.send(nowMs);
  };
  try {
    leg.begin(0, address);
    send(0, 200);
    leg.redirect(null, 200);
    send(200, 1_200);
    leg.redirect(address, 1_200);
    send(1_200, 1_300);
    // Ten packets before the hold and five after it: none is sent later.
    expect(leg.end()).toMatchObject({ sent: 15, hasAddress: true });
    leg.begin(0, null);
    send(0, 200);
    expect(leg.end()).toMatchObject({ sent: 0, hasAddress: false });
  } finally {
    leg.close();
    other.close();
  }
});

test('a digit counts as sent when its event has ended', async () => {
  const leg = await MediaLeg.open('127.0.0.1', {
    ...{ payloadType: 0, payloads: [Buffer.alloc(160, 0xff)] },
    dtmf: { digits: '12', afterMs: 0 },
  });
  try {
    const sentAfter = (ms: number): string | null | undefined => {
      // The leg sends to itself.
      leg.begin(0, { host: '127.0.0.1', port: leg.port, eventPayloadType: 101 });
      for (let nowMs = 20; nowMs <= ms; nowMs += 20) leg.send(nowMs);
      return leg.end()?.dtmf;
    };
    // 8 packets of 20 ms, the end three times, and a pause of 5 packets.
    expect(sentAfter(160)).toBeNull();
    expect(sentAfter(180)).toBe('1');
    expect(sentAfter(480)).toBe('1');
    expect(sentAfter(500)).toBe('12');
  } finally {
    leg.close();
  }
});

test('time on hold counts for the time of the digits', async () => {
  const leg = await MediaLeg.open('127.0.0.1', {
    ...{ payloadType: 0, payloads: [Buffer.alloc(160, 0xff)] },
    dtmf: { digits: '1', afterMs: 1_000 },
  });
  try {
    const address = { host: '127.0.0.1', port: leg.port, eventPayloadType: 101 };
    leg.begin(0, address);
    leg.send(100);
    leg.redirect(null, 100);
    leg.send(980);
    leg.redirect(address, 980);
    // 8 packets of the event and its end.
    for (let nowMs = 1_000; nowMs <= 1_180; nowMs += 20) leg.send(nowMs);
    expect(leg.end()).toMatchObject({ sent: 15, dtmf: '1' });
  } finally {
    leg.close();
  }
});

test('a hold within a digit leaves it one event: with one marker, one timestamp, one end', async () => {
  const leg = await MediaLeg.open('127.0.0.1', {
    ...{ payloadType: 0, payloads: [Buffer.alloc(160, 0xff)] },
    dtmf: { digits: '5', afterMs: 0 },
  });
  const other = createSocket('udp4');
  const packets: RtpPacket[] = [];
  other.on('message', (bytes) => {
    const packet = readRtp(bytes);
    if (packet !== null) packets.push(packet);
  });
  try {
    other.bind(0, '127.0.0.1');
    await once(other, 'listening');
    const address = { host: '127.0.0.1', port: other.address().port, eventPayloadType: 101 };
    leg.begin(0, address);
    leg.send(100);
    leg.redirect(null, 100);
    leg.send(1_100);
    leg.redirect(address, 1_100);
    leg.send(1_220);
    await vi.waitFor(() => expect(packets).toHaveLength(11));
    expect(packets.map(({ payloadType }) => payloadType)).toEqual(packets.map(() => 101));
    expect(packets.map(({ marker }) => marker).filter(Boolean)).toHaveLength(1);
    expect(new Set(packets.map(({ timestamp }) => timestamp))).toEqual(new Set([0]));
    expect(packets.map(({ payload }) => (payload[1] ?? 0) >= 0x80)).toEqual([
      ...Array.from({ length: 8 }, () => false),
      ...Array.from({ length: 3 }, () => true),
    ]);
  } finally {
    leg.close();
    other.close();
  }
});
