import type { Path } from '@livekit-swarm/settings';

/** Function that reports a problem at a path; `key` if the key is wrong and not its value. */
export type Complain = (
  path: Path,
  message: string,
  hint?: string | null,
  where?: 'key' | 'value',
) => void;

export interface Checks {
  complain: Complain;
  /** Report a setting that may be intended, but should be checked. */
  warn: Complain;
}
