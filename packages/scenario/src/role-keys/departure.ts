import { word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { type Checking, defineRoleKey } from './definition.ts';

/**
 * Ends of a stay. `leave`: LEAVE, then the connections are closed. `close`: they are closed without
 * LEAVE. `disappear`: neither, like a device without network. `before-…`: during the join. The
 * connection is closed before the server has answered; or the participant disappears when the
 * server has answered, before it sent an offer; or when offer and answer are exchanged, before ICE.
 */
export const DEPARTURES = [
  'leave',
  'close',
  'disappear',
  'before-response',
  'before-offer',
  'before-ice',
] as const;

export type Departure = (typeof DEPARTURES)[number];

/** Check whether the participant departs before it has joined. */
export const departsWhileJoining = (departure: Departure | undefined): boolean =>
  departure?.startsWith('before-') === true;

/** The keys of a role that this key depends on. */
export interface DepartureRole {
  actions?: readonly unknown[] | undefined;
}

/** End of a participant's stay. Absent: leave. */
export const departure = defineRoleKey({
  name: 'departure',
  file: word(DEPARTURES, 'departure')
    .optional()
    .describe(
      'End of their stays. leave: LEAVE, then close. close: without LEAVE. disappear: neither. before-response, before-offer, before-ice: they are gone during the join, and publish nothing. Default: leave.',
    ),
  settings: z.enum(DEPARTURES).exactOptional(),
  plan: 'same',
  isBounded: true,
  nativeOnly: true,
  read: (given) => (given === 'leave' ? undefined : given),
  write: (settings) => settings,
  check: (given, { at, role, tracks, complain }: Checking<DepartureRole, unknown>) => {
    if (departsWhileJoining(given) && (tracks.length > 0 || role.actions !== undefined))
      complain(
        [...at, 'departure'],
        `is ${given}: they are gone before they could publish or act`,
        'leave publish and actions out',
        'key',
      );
  },
});
