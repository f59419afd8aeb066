import type { ClientsOptions } from '../sources/clients/clients-options.ts';
import type { MeteringRules } from '../sources/lifecycle/metering/groups.ts';
import type { ProbeSettings } from '../sources/probes/config.ts';
import type { SessionsOptions } from '../sources/sessions/sessions-options.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Secret, Secrets } from './live-secret.ts';
import type { Target } from './target.ts';

/** Everything an exporter must know. */
export interface ExporterSettings {
  listen: ListenAddress;
  /** Null: the public routes are at `listen`, too. */
  publicListen: ListenAddress | null;
  /** One of these is required of every client; none: no token is required. */
  tokens: readonly Secret[];
  /** Those from files are to be watched. */
  secrets: Secrets;
  /** Paths of PEM files. */
  tls: { cert: string; key: string } | null;
  limits: { requests: number; requestTimeoutMs: number };
  targets: readonly Target[];
  /** Null: off; the same of every source. */
  probes: ProbeSettings | null;
  lifecycle: { intervalMs: number; metering: MeteringRules | null } | null;
  clients: ClientsOptions | null;
  sessions: SessionsOptions | null;
}

/** Settings that outrank the file: flags, or the environment behind them (`SWARM_EXPORTER_LISTEN`, …). */
export interface SettingsFlags {
  config?: string;
  listen?: string;
  tokenFile?: string;
  tlsCert?: string;
  tlsKey?: string;
}
