/**
 * Semaphore that limits concurrency: further work waits in a queue, and is rejected when the queue
 * is full.
 */
export interface Semaphore {
  /**
   * Wait for a place.
   * @param patienceMs maximum wait, ms
   * @returns a function that frees the place, or the reason for which there was none
   */
  enter(
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<(() => void) | 'full' | 'too_long' | 'gone'>;
  readonly inside: number;
  readonly waiting: number;
}

export const createSemaphore = (most: number, mostWaiting: number): Semaphore => {
  let inside = 0;
  const line: (() => void)[] = [];

  /** Create the function that frees a place; further calls have no effect. */
  const pass = (): (() => void) => {
    let through = false;
    return () => {
      if (through) return;
      through = true;
      const next = line.shift();
      if (next === undefined) inside--;
      else next();
    };
  };

  return {
    get inside() {
      return inside;
    },
    get waiting() {
      return line.length;
    },
    enter: async (patienceMs, signal) => {
      if (signal.aborted) return 'gone';
      if (inside < most) {
        inside++;
        return pass();
      }
      if (line.length >= mostWaiting) return 'full';
      const turn = Promise.withResolvers<(() => void) | 'too_long' | 'gone'>();
      const called = (): void => turn.resolve(pass());
      const giveUp = (why: 'too_long' | 'gone') => (): void => {
        const at = line.indexOf(called);
        if (at < 0) return;
        line.splice(at, 1);
        turn.resolve(why);
      };
      const goneAway = giveUp('gone');
      const timer = setTimeout(giveUp('too_long'), patienceMs);
      signal.addEventListener('abort', goneAway, { once: true });
      line.push(called);
      try {
        return await turn.promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', goneAway);
      }
    },
  };
};
