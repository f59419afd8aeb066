/** One thing that `swarm doctor` looked at. */
export interface Finding {
  /** `Rust`, `livekit-server 1.13.4: cache`, … */
  name: string;
  /**
   * `warn`: works, but less than it could, or only some commands need it. `missing`: something that
   * the main job needs is not there.
   */
  status: 'ok' | 'warn' | 'missing';
  /** Result of the check: a version, a path, a number with its meaning. */
  found: string;
  /** Next step for the user; null if none is needed. */
  nextStep: string | null;
}

export const ok = (name: string, found: string): Finding => ({
  name,
  status: 'ok',
  found,
  nextStep: null,
});

export const warn = (name: string, found: string, nextStep: string): Finding => ({
  name,
  status: 'warn',
  found,
  nextStep,
});

export const missing = (name: string, found: string, nextStep: string): Finding => ({
  name,
  status: 'missing',
  found,
  nextStep,
});
