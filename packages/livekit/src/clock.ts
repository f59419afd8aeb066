/** Time as a parameter, so that a test of a 40 s policy takes no seconds. */
export interface Clock {
  /** Unix epoch, milliseconds. */
  now(): number;
  /** Calls `action` once after `ms`; returns how to call it off. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
