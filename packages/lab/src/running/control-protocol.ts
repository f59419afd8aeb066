import type { ProcessIdentity } from '@livekit-swarm/host';

/** `look` changes nothing. */
export type ServiceAction = 'start' | 'stop' | 'look' | NodeJS.Signals;

export interface Request {
  service: string;
  action: ServiceAction;
}

export interface Answer {
  /** The service's process after that; null when it does not run. */
  process?: ProcessIdentity | null;
  error?: { reason: string; message: string; hint: string };
}
