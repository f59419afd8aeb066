import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ErrorCode } from '@livekit-swarm/settings';

/** Action on a service; `look` changes nothing. */
export type ServiceAction = 'start' | 'stop' | 'look' | NodeJS.Signals;

export interface Request {
  service: string;
  action: ServiceAction;
}

export interface Answer {
  /** Process of the service after the action; null if it does not run. */
  process?: ProcessIdentity | null;
  error?: { code: ErrorCode; message: string; hint: string | null };
}
