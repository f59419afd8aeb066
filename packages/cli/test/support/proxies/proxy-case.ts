/** Addresses that a configuration of a proxy contains. */
export interface ProxyAddresses {
  /** Where the proxy listens, with its port. */
  listen: string;
  /** livekit-server. */
  livekit: string;
  /** An address at which nothing listens. */
  nothing: string;
}

/** A check of `swarm verify` with what it finds: the reason that its evidence names. */
export interface Finding {
  check: string;
  reason: string;
  /** Default: an error. */
  severity?: 'error' | 'warning';
}

/** One configuration of a proxy in front of livekit-server, as it is found in reports of users, and its result. */
export interface ProxyCase {
  /** Unique for its proxy; begins in lower case. */
  title: string;
  /** What belongs to this configuration alone: a server of nginx, a frontend of HAProxy, a site of Caddy. */
  configuration(addresses: ProxyAddresses): string;
  /** Of the deployment's URL. Default: none. */
  path?: string;
  /** Null: no error, and no warning of the check `admission`. */
  verify: Finding | null;
  /** Why a run ends before its load, or all its joins fail; null: its participants join. */
  run: string | null;
  /** Whether livekit-client in a browser gets its signal connection. */
  browserJoins: boolean;
}

/** A proxy, with all its configurations. */
export interface ProxyProgram {
  title: string;
  /** The file that holds these configurations side by side. */
  file(configurations: readonly string[]): string;
  /** The first is the one to copy. */
  cases: readonly [ProxyCase, ...ProxyCase[]];
}
