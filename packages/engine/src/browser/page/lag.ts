/** How late timers are: a page that does not get the CPU time it needs shows it here first. */
export interface LagMeter {
  /** The most since the last call, ms. */
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
      // A timer that is overdue right now counts, too.
      const lag = Math.max(most, performance.now() - dueAt);
      most = 0;
      return Math.max(0, lag);
    },
  };
};
