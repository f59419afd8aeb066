import { expect, test } from 'vitest';
import { MediaLeg } from './media-leg.ts';

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
