const SECOND_MS = 1_000;

/**
 * Calls `tick` once a second, `offsetMs` after each full second since the start, from the first on. A late tick does not make the next one late;
 * seconds that were missed altogether are left out.
 * @param elapsedMs since the start, monotonic; negative before it
 * @returns stops it
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
