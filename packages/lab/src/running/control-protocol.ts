import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ErrorCode } from '@livekit-swarm/settings';

/** `look` changes nothing. */
export type ServiceAction = 'start' | 'stop' | 'look' | NodeJS.Signals;

export interface Request {
  service: string;
  action: ServiceAction;
}

export interface Answer {
  /** The service's process after that; null when it does not run. */
  process?: ProcessIdentity | null;
  error?: { code: ErrorCode; message: string; hint: string | null };
}
