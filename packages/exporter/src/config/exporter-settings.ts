import type { SourceName } from '@livekit-swarm/catalogue';
import type { AgentsSettings } from '../sources/agents/config.ts';
import type { ClientsOptions } from '../sources/clients/clients-options.ts';
import type { MeteringRules } from '../sources/lifecycle/metering/groups.ts';
import type { ProbeSettings } from '../sources/probes/config.ts';
import type { SessionsOptions } from '../sources/sessions/sessions-options.ts';
import type { WebSource } from '../web/open-web.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Secret, Secrets } from './live-secret.ts';
import type { Target } from './target.ts';

/** Settings of an exporter. */
export interface ExporterSettings {
  listen: readonly ListenAddress[];
  /** Address of the public routes; null: they are at `listen`, too. */
  publicListen: ListenAddress | null;
  /** Tokens, one of which every client must send; empty: no token is required. */
  tokens: readonly Secret[];
  /** Secrets from the configuration, to watch those that come from files. */
  secrets: Secrets;
  /** Origin of TLS, users and headers. */
  web: WebSource;
  limits: { requests: number; requestTimeoutMs: number };
  targets: readonly Target[];
  /** Settings of the source; null, as for each source: it is disabled. */
  probes: ProbeSettings | null;
  lifecycle: { intervalMs: number; metering: MeteringRules | null } | null;
  agents: AgentsSettings | null;
  clients: ClientsOptions | null;
  sessions: SessionsOptions | null;
  /** Text that differs if a source is to work differently, by source. */
  fingerprints: Readonly<Record<ConfiguredSource, string>>;
}

/** Sources that a configuration has; runs have none. */
export type ConfiguredSource = Exclude<SourceName, 'runs'>;

/**
 * Settings that outrank the file: flags, and the environment variables behind them
 * (`SWARM_EXPORTER_LISTEN`, …).
 */
export interface SettingsFlags {
  config?: string;
  listen?: string;
  /** Addresses in the form of --web.listen-address of Prometheus' exporters. */
  webListenAddress?: readonly string[];
  /** Web configuration file of exporter-toolkit. */
  webConfigFile?: string;
  tokenFile?: string;
  tlsCert?: string;
  tlsKey?: string;
  /** Settings of `swarm.yaml` in the working folder, below all others; host rules restrict further. */
  folderSettings?: FolderDefaults;
}

/** Settings of `swarm.yaml` that an exporter takes. */
export interface FolderDefaults {
  /** URL of the deployment; null: none, or the environment or a file names one. */
  url: string | null;
  allowHosts: readonly string[];
  denyHosts: readonly string[];
}
