/** Number and delays of attempts to recover a lost session. */
export interface ReconnectPolicy {
  /**
   * Delay before attempt `attempt` (0 is the first), ms; null: give up.
   * @param elapsedMs time since the loss
   */
  delayMs(attempt: number, elapsedMs: number): number | null;
}

/**
 * Delays of livekit-client 2.23 (DefaultReconnectPolicy), ms: quadratic, then every seven seconds.
 */
const BASE_DELAYS_MS = [0, 300, 1_200, 2_700, 4_800, 7_000, 7_000, 7_000, 7_000, 7_000];
/** Random part of the first delay, ms: it keeps the participants of a room apart. */
const FIRST_JITTER_MS = 500;
/**
 * Time limit of a recovery, ms. The SDKs differ between 20 and 44 s; later, a user has reloaded the
 * page.
 */
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

/** Delay between attempts of the first join, ms: doubles from 500 to 8,000, each ± 50 %. */
export const joinBackoffMs = (attempt: number, random: () => number = Math.random): number =>
  Math.round(Math.min(500 * 2 ** attempt, 8_000) * (0.5 + random()));
