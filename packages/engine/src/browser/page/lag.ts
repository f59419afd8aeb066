/**
 * Lateness of the page's timers: the first sign that the page does not get the CPU time it needs.
 */
export interface LagMeter {
  /** Highest lateness since the last call, ms. */
  take(): number;
}

const EVERY_MS = 50;

export const createLagMeter = (): LagMeter => {
  let dueAt = performance.now() + EVERY_MS;
  let most = 0;
  const tick = (): void => {
    const now = performance.now();
    most = Math.max(most, now - dueAt);
    dueAt = now + EVERY_MS;
  };
  setInterval(tick, EVERY_MS);
  return {
    take: () => {
      // A timer that is overdue at this moment counts, too.
      const lag = Math.max(most, performance.now() - dueAt);
      most = 0;
      return Math.max(0, lag);
    },
  };
};
