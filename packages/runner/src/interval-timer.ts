const SECOND_MS = 1_000;

/**
 * Calls `tick` once a second, `offsetMs` after each full second since the start, from the first one
 * on. A late tick does not delay the next one; seconds without any tick are left out.
 * @param elapsedMs monotonic time since the start, ms; negative before it
 * @returns function that stops the timer
 */
export const startIntervalTimer = (
  elapsedMs: () => number,
  offsetMs: number,
  tick: () => void,
): (() => void) => {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const passed = elapsedMs() - offsetMs;
    const next = Math.max(1, Math.floor(passed / SECOND_MS) + 1) * SECOND_MS;
    timer = setTimeout(() => {
      tick();
      wait();
    }, next - passed);
  };
  wait();
  return () => clearTimeout(timer);
};
