import type { ErrorCode } from '@livekit-swarm/settings';
import type { OptionalOffer, OptionalService } from '../cluster/optional-services.ts';
import type { RedisSetup } from '../cluster/redis-setup.ts';
import type { ScrapeJob } from '../cluster/services/prometheus.ts';
import type { LiveKitConfig } from '../server/config.ts';
import type { ApiCredentials } from '../server/credentials.ts';
import type { LiveKitVersion } from '../versions.mjs';

/** Specification of a lab. Serialisable: it is sent to the supervisor. */
export interface LabSpec {
  name: string;
  nodes: number;
  with: readonly OptionalService[];
  offers?: readonly OptionalOffer[];
  /** Pinned release of the nodes, also where SWARM_LIVEKIT_SERVER is set. */
  version?: LiveKitVersion;
  /** Program of the nodes. Default: that of SWARM_LIVEKIT_SERVER, or a pinned release. */
  serverPath?: string;
  config: LiveKitConfig;
  /** Form of Redis. Default: a single server that loses its data when it is killed. */
  redis?: Partial<RedisSetup>;
  /**
   * Absolute paths of rule files: Prometheus resolves relative ones against its own configuration.
   */
  ruleFiles: readonly string[];
  /** Additional scrape jobs for Prometheus. */
  jobs?: readonly ScrapeJob[];
  intervalSeconds: number;
  alertWebhookUrl?: string;
  /** API key pair of the nodes. Default: a new one. */
  credentials?: ApiCredentials;
  /** Module whose `extras(facts, dir, options)` makes further programs of the lab (see `Extra`). */
  extrasModule?: string;
  /** Options of that module. */
  extrasOptions?: Readonly<Record<string, string | number>>;
}

export type FromSupervisor =
  | { type: 'progress'; line: string }
  | { type: 'up' }
  | { type: 'failed'; code: ErrorCode; message: string; hint: string | null };
