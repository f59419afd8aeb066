import type { ErrorCode } from '@livekit-swarm/settings';
import type { OptionalOffer, OptionalService } from '../cluster/optional-services.ts';
import type { ScrapeJob } from '../cluster/services/prometheus.ts';
import type { LiveKitConfig } from '../server/config.ts';
import type { ApiCredentials } from '../server/credentials.ts';
import type { LiveKitVersion } from '../versions.ts';

/** What a lab is to be. Serialisable: it crosses to the supervisor. */
export interface LabSpec {
  name: string;
  nodes: number;
  with: readonly OptionalService[];
  offers?: readonly OptionalOffer[];
  version?: LiveKitVersion;
  config: LiveKitConfig;
  persistentRedis: boolean;
  /** Absolute: Prometheus looks for others beside its own configuration. */
  ruleFiles: readonly string[];
  /** More for Prometheus to scrape. */
  jobs?: readonly ScrapeJob[];
  intervalSeconds: number;
  alertWebhookUrl?: string;
  /** Of its nodes; default: a fresh pair. */
  credentials?: ApiCredentials;
  /** Module whose `extras(facts, dir, options)` gives more programs for the lab (see `Extra`). */
  extrasModule?: string;
  /** Options of that module. */
  extrasOptions?: Readonly<Record<string, string | number>>;
}

export type FromSupervisor =
  | { type: 'progress'; line: string }
  | { type: 'up' }
  | { type: 'failed'; code: ErrorCode; message: string; hint: string | null };
