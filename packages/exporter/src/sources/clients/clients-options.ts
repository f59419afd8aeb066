import type { ApiKey } from '../../api-key.ts';

/** Which reports are accepted, and how many. */
export interface ClientsOptions {
  /** LiveKit API keys whose tokens are accepted now, each with its secret. */
  keys(): readonly ApiKey[];
  /** Pages that may report: `https://app.example.com`; `*` for all. Pages served from the exporter's own address always may. */
  origins: readonly string[];
  /** Rooms that have metrics of their own. */
  rooms: readonly string[];
  /** Versions with a label of their own in addition to the built-in labels: `livekit-client 2.23.0`. */
  sdks: readonly string[];
  /** As `sdks`: `chrome 141`. */
  browsers: readonly string[];
  /** Proxies in front of the exporter that add to X-Forwarded-For; 0: the connecting peer is the client. */
  trustedProxies: number;
  /** Participants that are remembered at once. */
  maxSessions: number;
  rateLimits: RateLimits;
}

export interface RateLimits {
  /** Requests of one address, which many users may share. */
  perAddress: RateLimit;
  /** Requests of one participant; a beacon sends one every ten seconds. */
  perParticipant: RateLimit;
}

/** A token bucket that holds `burst` and is refilled by `perSecond`. */
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

/** Each of these is one more value of a label. */
export const MAX_LISTED = 100;
