import { z } from 'zod';

/** Ways of being a participant. `native`: many per host. `browser`: Chromium with livekit-client. `rtc`: libwebrtc in @livekit/rtc-node. */
export const ENGINE_NAMES = ['native', 'browser', 'rtc'] as const;

/** Engines of real clients. */
export const clientEngine = z.enum(['browser', 'rtc']);

export type EngineName = (typeof ENGINE_NAMES)[number];
export type ClientEngineName = z.infer<typeof clientEngine>;
