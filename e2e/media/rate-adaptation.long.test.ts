/**
 * Tests that a native publisher sends as much through a narrow uplink as Chromium behind the same
 * one.
 */
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { whyNoNetwork } from '../support/network.ts';
import { settled, uplinkRates } from '../support/uplink-rates.ts';

const why = (await whyNoNetwork()) ?? (await missing('chromium'));

/** Uplinks that the pictures of both fill. At 2,000 kbit/s those of Chromium, which compress well, need less than it has. */
test.skipIf(why !== null).each([300, 800, 1_200])(
  'after 20 s, what arrives through %i kbit/s is between 0.7 and 1.3 of what Chromium sends',
  { timeout: 240_000 },
  async (kbps) => {
    const native = await uplinkRates({ engine: 'native', kbps, seconds: 40 });
    const browser = await uplinkRates({ engine: 'browser', kbps, seconds: 40 });
    console.log(JSON.stringify({ kbps, native, browser }));
    const ratio = settled(native.wire) / settled(browser.wire);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.3);
  },
);

test.skipIf(why === null)('needs network namespaces and Chromium', ({ skip }) => skip(why ?? ''));
