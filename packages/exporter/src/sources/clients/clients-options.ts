/** What is taken from browsers, and how much of it. */
export interface ClientsOptions {
  /** LiveKit API keys whose tokens are good, each with its secret. */
  keys: readonly ApiKey[];
  /** Pages that may report: `https://app.example.com`; `*` for all. Pages served from the exporter's own address always may. */
  origins: readonly string[];
  /** Rooms that have metrics of their own. */
  rooms: readonly string[];
  /** Versions with a label of their own beside the words that are always known: `livekit-client 2.23.0`. */
  sdks: readonly string[];
  /** As `sdks`: `chrome 141`. */
  browsers: readonly string[];
  /** Proxies in front of the exporter that add to X-Forwarded-For; 0: the connecting peer is the client. */
  trustedProxies: number;
  /** Participants that are remembered at once. */
  maxSessions: number;
  /** Requests of one address, which many users may share. */
  perAddress: Allowance;
  /** Requests of one participant; a beacon makes one every ten seconds. */
  perIdentity: Allowance;
}

export interface ApiKey {
  apiKey: string;
  apiSecret: string;
}

/** A bucket that holds `burst` and gets `perSecond` back. */
export interface Allowance {
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
  perAddress: { perSecond: 200, burst: 1_000 },
  perIdentity: { perSecond: 1, burst: 20 },
} as const satisfies Omit<ClientsOptions, 'keys'>;

/** Each of these is one more value of a label. */
export const MOST_LISTED = 100;
