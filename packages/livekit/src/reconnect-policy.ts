/** How often and how fast a lost session is tried again. */
export interface ReconnectPolicy {
  /** Milliseconds before attempt `attempt` (0 is the first), or null to give up. `elapsedMs`: since the loss. */
  delayMs(attempt: number, elapsedMs: number): number | null;
}

/** What livekit-client 2.23 does (DefaultReconnectPolicy): quadratic, then every seven seconds. */
const BASE_DELAYS_MS = [0, 300, 1_200, 2_700, 4_800, 7_000, 7_000, 7_000, 7_000, 7_000];
/** The first retry is at once, but not for a whole room in the same instant. */
const FIRST_JITTER_MS = 500;
/** The SDKs differ between 20 and 44 s; after this a person has reloaded the page. */
const GIVE_UP_AFTER_MS = 40_000;

/** @param random uniform in [0, 1) */
export const sdkReconnectPolicy = (random: () => number = Math.random): ReconnectPolicy => ({
  delayMs: (attempt, elapsedMs) => {
    const base = BASE_DELAYS_MS[attempt];
    if (base === undefined) return null;
    const delay = base === 0 ? random() * FIRST_JITTER_MS : base * (0.5 + random());
    return elapsedMs + delay > GIVE_UP_AFTER_MS ? null : Math.round(delay);
  },
});

/** Never reconnects: the first loss disconnects the participant. */
export const noReconnectPolicy: ReconnectPolicy = { delayMs: () => null };

/** Pauses between attempts to join for the first time: doubling from half a second to eight, each ± 50 %, ms. */
export const joinBackoffMs = (attempt: number, random: () => number = Math.random): number =>
  Math.round(Math.min(500 * 2 ** attempt, 8_000) * (0.5 + random()));
