/**
 * How a stay ends. `leave`: LEAVE, then the connections are closed. `close`: they are closed without LEAVE. `disappear`: neither, as a device without network.
 * `before-…`: during the join. The connection is closed before the server has answered; or the participant disappears when the server has answered, before it
 * sent an offer; or when offer and answer are exchanged, before ICE.
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

/** Whether the participant is gone before it has joined. */
export const departsWhileJoining = (departure: Departure | undefined): boolean =>
  departure?.startsWith('before-') === true;
