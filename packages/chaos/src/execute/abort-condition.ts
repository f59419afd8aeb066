import type { Drill } from '../drill/drill.ts';
import type { Attendance } from './steady-state.ts';

/** Sees to it that a drill does not do more harm than it may. */
export interface AbortWatch {
  /** Aborted when it has. */
  readonly signal: AbortSignal;
  /** Rooms that were hit on purpose: the others are control rooms. */
  hit(rooms: readonly string[]): void;
  /** Resolves with a sentence when it has, or with null when `stop` ends the drill before. */
  reason(stop: AbortSignal): Promise<string | null>;
  close(): void;
}

const LOOK_EVERY_MS = 250;

export const watchAbort = (
  { abort }: Pick<Drill, 'abort'>,
  attendance: Pick<Attendance, 'deafShare'>,
  rooms: ReadonlySet<string>,
): AbortWatch => {
  const controller = new AbortController();
  const control = new Set(rooms);
  let since: number | null = null;
  const look = (limit: number, forMs: number): void => {
    const share = attendance.deafShare(control);
    if (share <= limit) since = null;
    else since ??= performance.now();
    if (since === null || performance.now() - since < forMs) return;
    const percent = Math.round(100 * share);
    controller.abort(
      `${percent} % of those in control rooms had heard nobody for ${forMs / 1_000} s`,
    );
  };
  const timer =
    abort === null
      ? undefined
      : setInterval(() => look(abort.controlDeaf, abort.forMs), LOOK_EVERY_MS);
  return {
    signal: controller.signal,
    hit: (names) => {
      for (const name of names) control.delete(name);
    },
    reason: (stop) =>
      new Promise((resolve) => {
        const tell = (): void =>
          resolve(controller.signal.aborted ? String(controller.signal.reason) : null);
        if (controller.signal.aborted || stop.aborted) tell();
        controller.signal.addEventListener('abort', tell, { once: true });
        stop.addEventListener('abort', tell, { once: true });
      }),
    close: () => clearInterval(timer),
  };
};
