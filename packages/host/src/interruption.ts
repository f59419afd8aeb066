/** Requests from outside to end a run. */
export interface Interruption {
  /** The first Ctrl-C or SIGTERM: participants leave; what was measured is evaluated and reported. */
  readonly stop: AbortSignal;
  /** The second, or a hang-up: everything ends at once. */
  readonly kill: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/**
 * One key press can arrive twice: the terminal signals the whole process group, and npm or a launcher
 * forwards it again. A second signal within this time (ms) counts as the same key press.
 */
export const SAME_PRESS_MS = 200;

/** The part of a process that is observed. */
export interface SignalSource {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** @param now ms, monotonic */
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
  // The launcher that started this process holds an IPC channel; when it dies, nothing reads the output any more.
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
