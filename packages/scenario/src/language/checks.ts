import type { Path } from '@livekit-swarm/settings';

/** Reports a problem at a path; `key` when the key is wrong and not its value. */
export type Complain = (
  path: Path,
  message: string,
  hint?: string | null,
  where?: 'key' | 'value',
) => void;

export interface Checks {
  complain: Complain;
  /** Reports what may be intended, but should be checked. */
  warn: Complain;
}
