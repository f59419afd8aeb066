import type { Clock } from '@livekit-swarm/livekit';
import { nextMark } from './marks.ts';

/**
 * Lateness from which a mark is left out, ms: a listener would take the time for which this process
 * was busy for a delay of ingress.
 */
const TOO_LATE_MS = 50;

/**
 * Speaks each mark when it begins, until its end is requested. A packet has 20 ms: a mark may begin
 * as much later.
 * @param speak plays the mark of a number
 * @returns function that stops it
 */
export const speakMarks = (speak: (number: number) => unknown, clock: Clock): (() => void) => {
  let cancel = (): void => {};
  const wait = (from: number): void => {
    const mark = nextMark(from);
    const later = (): void => {
      // Timers may end early by a fraction of a millisecond.
      if (clock.now() < mark.at) {
        cancel = clock.after(1, later);
        return;
      }
      if (clock.now() - mark.at < TOO_LATE_MS) speak(mark.number);
      wait(Math.max(mark.at + 1, clock.now()));
    };
    cancel = clock.after(Math.max(0, mark.at - clock.now()), later);
  };
  wait(clock.now());
  return () => cancel();
};
