/** Addresses that a configuration of a proxy contains. */
export interface ProxyAddresses {
  /** Name of the deployment for its users, which the certificate is for. */
  host: string;
  /** Address of the proxy, with its port. */
  listen: string;
  /** Address of livekit-server. */
  livekit: string;
  /** An address at which nothing listens. */
  nothing: string;
  /** File of the certificate and its chain (PEM). Its key is in a second file, with `.key` at the end. */
  certificate: string;
}

/** A check of `swarm verify`, and the reason that its evidence names. */
export interface Finding {
  check: string;
  reason: string;
  /** Default: an error. */
  severity?: 'error' | 'warning';
}

/** One configuration of a proxy in front of livekit-server, as in reports of users, and its result. */
export interface ProxyCase {
  /** Unique for its proxy; begins in lower case. */
  title: string;
  /** The part of the proxy's file for this configuration: a server of nginx, a frontend of HAProxy, a site of Caddy. */
  configuration(addresses: ProxyAddresses): string;
  /** True for `wss://`: the proxy has a certificate. Default: false. */
  isEncrypted?: boolean;
  /** Path of the deployment's URL. Default: none. */
  path?: string;
  /** Length of the attributes in tokens that the application gives out, characters. Default: there is no application, and tokens have no attributes. */
  attributesChars?: number;
  /** Expected finding; null: no error, and no warning about the proxy. */
  verify: Finding | null;
  /** Reason why a run ends before its load, or all its joins fail; null: its participants join. */
  run: string | null;
  /** True when livekit-client in a browser gets its signal connection. */
  browserJoins: boolean;
}

/** A proxy, with all its configurations. */
export interface ProxyProgram {
  title: string;
  /** Certificate, upgrade and times of the first configuration, Markdown. */
  about: string;
  /** Name of its configuration file. Default: proxy.cfg. */
  fileName?: string;
  /** The file that holds these configurations side by side. */
  file(configurations: readonly string[]): string;
  /** Arguments of the program for settings that its file cannot contain. Default: none. */
  parameters?(file: string, listens: readonly string[]): readonly string[];
  /** The first is the one to copy. */
  cases: readonly [ProxyCase, ...ProxyCase[]];
}
