import type { SourceName } from '@livekit-swarm/catalogue';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Registry } from 'prom-client';

/** Source of metrics. Each source is a folder under sources/ that implements this interface. */
export interface Source {
  readonly name: SourceName;
  /**
   * Metrics that the source adds to /metrics. They are registered from the catalogue
   * (`registerFamily`) and never throw while they are collected.
   */
  readonly registry: Registry;
  /** Routes behind the exporter's token, if one is configured. */
  readonly routes?: Hono;
  /**
   * Routes for callers that cannot know the exporter's token (servers, browsers). The source checks
   * each request itself.
   */
  readonly publicRoutes?: Hono;
  /**
   * Middleware that rejects a request to the public routes by its path and headers alone: before it
   * counts as a running request, and before its body is received.
   */
  readonly admit?: MiddlewareHandler;
  /** Maximum number of running requests to the public routes; absent: that of the exporter. */
  readonly publicRequests?: number;
  /**
   * Start the source. Resolves when the source works, or retries because the deployment is down.
   * @throws SwarmError `usage` for faults that only a change of the configuration can fix
   */
  start(): Promise<void>;
  /** End running work and release everything. Called once, also if `start` failed. */
  stop(): Promise<void>;
}

/** Means of a source to report its own state. */
export interface SourceContext {
  /**
   * Report an error of the source, which is counted in `livekit_swarm_exporter_errors_total` and
   * logged. The message must not contain secrets.
   */
  error(message: string): void;
  log(message: string): void;
  /** Report whether the dependencies of the source respond: `livekit_swarm_exporter_up`. */
  up(works: boolean): void;
}
