import type { ApiKey } from '../../api-key.ts';

/** Rules by which reports are accepted, and their limits. */
export interface ClientsOptions {
  /** LiveKit API keys whose tokens are accepted now, each with its secret. */
  keys(): readonly ApiKey[];
  /**
   * Origins of pages that may report: `https://app.example.com`; `*` for all. Pages served from the
   * exporter's own address always may.
   */
  origins: readonly string[];
  /** Rooms that have metrics of their own. */
  rooms: readonly string[];
  /**
   * Versions of SDKs with a label of their own, such as `livekit-client 2.23.0`, in addition to the
   * built-in labels.
   */
  sdks: readonly string[];
  /** Versions of browsers with a label of their own: `chrome 141`. */
  browsers: readonly string[];
  /**
   * Number of proxies in front of the exporter that add to X-Forwarded-For; 0: the connecting peer
   * is the client.
   */
  trustedProxies: number;
  /** Maximum number of remembered participants. */
  maxSessions: number;
  rateLimits: RateLimits;
}

export interface RateLimits {
  /** Limit of the requests of one address, which many users may share. */
  perAddress: RateLimit;
  /** Limit of the requests of one participant; a beacon sends one every ten seconds. */
  perParticipant: RateLimit;
}

/** Token bucket that holds `burst` requests and is refilled by `perSecond`. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

export const CLIENTS_DEFAULTS = {
  origins: [],
  rooms: [],
  sdks: [],
  browsers: [],
  trustedProxies: 0,
  maxSessions: 50_000,
  rateLimits: {
    perAddress: { perSecond: 200, burst: 1_000 },
    perParticipant: { perSecond: 1, burst: 20 },
  },
} as const satisfies Omit<ClientsOptions, 'keys'>;

/** Maximum number of entries in a list, each of which is a value of a label. */
export const MAX_LISTED = 100;
