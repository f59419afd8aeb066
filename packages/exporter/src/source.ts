import type { SourceName } from '@livekit-swarm/catalogue';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Registry } from 'prom-client';

/** A source of metrics: a folder under sources/ that plugs in here. */
export interface Source {
  readonly name: SourceName;
  /** What it adds to /metrics. Its metrics are registered from the catalogue (`registerFamily`); nothing in it may throw while it is collected. */
  readonly registry: Registry;
  /** Behind the exporter's token, where one is set. */
  readonly routes?: Hono;
  /** For callers that cannot know the exporter's token (servers, browsers): these routes check each request themselves. */
  readonly publicRoutes?: Hono;
  /** Rejects a request to them by its path and headers alone: before it takes one of the places below, and before its body is received. */
  readonly admit?: MiddlewareHandler;
  /** Requests to these at the same time, where that is not the exporter's own limit. */
  readonly publicRequests?: number;
  /** Resolves when it works or retries, as the deployment may be down. @throws SwarmError `usage` for what only a change of the configuration can fix */
  start(): Promise<void>;
  /** Ends what is under way and leaves nothing behind. Called once, also when `start` failed. */
  stop(): Promise<void>;
}

/** The means of a source to report its own state. */
export interface SourceContext {
  /** Of the source; counted in `livekit_swarm_exporter_errors_total` and written to the log. The message must not hold secrets. */
  error(message: string): void;
  log(message: string): void;
  /** False: what the source depends on does not answer. True again when it does. Shown as `livekit_swarm_exporter_up`. */
  up(works: boolean): void;
}
