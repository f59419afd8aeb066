import type { Check } from '@livekit-swarm/verify';

/** A check of an event: it needs no other check, and readiness.ts gives it its id. */
export type EventCheck = Omit<Check, 'id' | 'needs'>;
