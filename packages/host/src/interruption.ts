/** Requests from outside to end a run. */
export interface Interruption {
  /**
   * Aborted at the first Ctrl-C or SIGTERM: participants leave; what was measured is evaluated and
   * reported.
   */
  readonly stop: AbortSignal;
  /** Aborted at the second signal, or a hang-up: everything ends at once. */
  readonly kill: AbortSignal;
  /** Removes the listeners. */
  dispose(): void;
}

/**
 * Time within which a second signal counts as the same key press, ms. One key press can arrive
 * twice: the terminal signals the whole process group, and npm or a launcher forwards the signal.
 */
export const SAME_PRESS_MS = 300;

/** The signals of a process, for tests to replace. */
export interface SignalSource {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/**
 * Watches for requests to end the run.
 * @param now monotonic time, ms
 */
export const watchInterruption = (
  source: SignalSource = process as SignalSource,
  now: () => number = () => performance.now(),
): Interruption => {
  const stop = new AbortController();
  const kill = new AbortController();
  let pressedAt = Number.NEGATIVE_INFINITY;
  const press = (): void => {
    const at = now();
    if (at - pressedAt < SAME_PRESS_MS) return;
    pressedAt = at;
    if (stop.signal.aborted) kill.abort();
    else stop.abort();
  };
  const hangUp = (): void => {
    stop.abort();
    kill.abort();
  };
  // A launcher in an older Node holds an IPC channel. When it dies, the output is no longer read.
  const listeners = { SIGINT: press, SIGTERM: press, SIGHUP: hangUp, disconnect: hangUp };
  for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
    },
  };
};
