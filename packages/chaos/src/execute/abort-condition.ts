import type { Drill } from '../drill/drill.ts';
import type { SteadyStateTracker } from './steady-state.ts';

/** Ends a drill that harms its control group. */
export interface AbortCondition {
  /** Aborted when the condition was met. */
  readonly signal: AbortSignal;
  /** From now on the condition is checked. */
  start(): void;
  /** Rooms that a fault affects: they leave the control group. */
  exclude(rooms: readonly string[]): void;
  /** Resolves with the share of subscribers without media when the condition is met, or with null when `stop` ends the drill before. */
  condition(stop: AbortSignal): Promise<number | null>;
  close(): void;
}

const CHECK_EVERY_MS = 250;

export const watchAbortCondition = (
  { abort }: Pick<Drill, 'abort'>,
  steadyState: Pick<SteadyStateTracker, 'shareWithoutMedia'>,
  rooms: ReadonlySet<string>,
): AbortCondition => {
  const controller = new AbortController();
  const controlGroup = new Set(rooms);
  let since: number | null = null;
  let metWith: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const check = (limit: number, forMs: number): void => {
    const share = steadyState.shareWithoutMedia(controlGroup);
    if (share <= limit) since = null;
    else since ??= performance.now();
    if (since === null || performance.now() - since < forMs) return;
    metWith ??= share;
    controller.abort();
  };
  return {
    signal: controller.signal,
    start: () => {
      if (abort === null) return;
      timer = setInterval(() => check(abort.controlGroupInterrupted, abort.forMs), CHECK_EVERY_MS);
    },
    exclude: (names) => {
      for (const name of names) controlGroup.delete(name);
    },
    condition: (stop) =>
      new Promise((resolve) => {
        const settle = (): void => resolve(metWith);
        if (controller.signal.aborted || stop.aborted) settle();
        controller.signal.addEventListener('abort', settle, { once: true });
        stop.addEventListener('abort', settle, { once: true });
      }),
    close: () => clearInterval(timer),
  };
};
