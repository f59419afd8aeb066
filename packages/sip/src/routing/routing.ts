/** Trunks and dispatch rules of a deployment, as far as they decide who may call, and where calls go. */

/** `half`: a user name without a password, or the reverse; livekit/sip asks for neither then. */
export type Credentials = 'both' | 'half' | 'none';

/** Conditions for calls of a carrier. Empty lists allow all. */
export interface InboundTrunk {
  id: string;
  name: string;
  /** Called numbers, as they were written. */
  numbers: readonly string[];
  /** Addresses, prefixes and host names that may call, as they were written. */
  addresses: readonly string[];
  /** Calling numbers, as they were written. */
  callers: readonly string[];
  credentials: Credentials;
}

export interface OutboundTrunk {
  id: string;
  name: string;
  /** Host of the carrier, perhaps with a port. */
  address: string;
  transport: 'auto' | 'udp' | 'tcp' | 'tls';
  credentials: Credentials;
}

export interface DispatchRule {
  id: string;
  name: string;
  /** Empty: every trunk, and calls that no trunk takes. */
  trunkIds: readonly string[];
  /** Calling and called numbers, as they were written; empty: all. */
  callers: readonly string[];
  numbers: readonly string[];
  /** Room of all its callers; null: each call, or each called number, has its own. */
  room: string | null;
  /** Number that rules with the same PIN share; null: no PIN. The PIN itself is not kept. */
  pin: number | null;
}

/** The whole, without passwords and PINs. */
export interface SipRouting {
  inbound: readonly InboundTrunk[];
  outbound: readonly OutboundTrunk[];
  rules: readonly DispatchRule[];
}
