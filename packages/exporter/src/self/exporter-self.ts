import {
  type ConfigFileKind,
  EXPORTER_METRICS,
  SOURCE_NAMES,
  type SourceName,
} from '@livekit-swarm/catalogue';
import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import { collect, countSeries, registerFamily } from '@livekit-swarm/catalogue/registry';
import { messageOf } from '@livekit-swarm/settings/errors';
import { Registry } from 'prom-client';
import type { Log } from '../log/log.ts';
import type { Source, SourceContext } from '../source.ts';
import { processMetrics } from './process-metrics.ts';

/** State of the exporter and of its sources. */
export interface ExporterSelf {
  /** Means of a source to report its own state. */
  contextOf(name: SourceName): SourceContext;
  /**
   * Collect the metrics of all sources, and the duration of collecting them. A source that fails is
   * omitted and reported as down.
   */
  collectAll(sources: readonly Source[]): Promise<Snapshot[]>;
  countRequest(route: string, code: number): void;
  /** Report that files of the configuration were read. */
  configRead(file: ConfigFileKind, succeeded: boolean): void;
  /**
   * Take the state of sources from these contexts, and forget sources that are not in use any more.
   */
  replaceSources(sources: readonly Source[], created: ReadonlyMap<SourceName, SourceContext>): void;
}

export interface ExporterSelfOptions {
  version: string;
  /** Commit that the program was built from; `unknown` if it was built without git. */
  revision: string;
  log: Log;
  /** Time after which the collection of a source has failed, ms. */
  timeoutMs: number;
}

/** Metrics of the exporter itself; the source of probes adds those of probes. */
const {
  livekit_swarm_exporter_probes: _running,
  livekit_swarm_exporter_probes_rejected_total: _refused,
  ...OWN
} = EXPORTER_METRICS;

export const createExporterSelf = ({
  version,
  revision,
  log,
  timeoutMs,
}: ExporterSelfOptions): ExporterSelf => {
  const registry = new Registry();
  const metrics = registerFamily(registry, OWN);
  metrics.livekit_swarm_exporter_build_info.set(
    { version, revision, node: process.versions.node },
    1,
  );
  const works = new WeakMap<SourceContext, boolean>();
  /** Context of each source that is in use. */
  const contexts = new Map<SourceName, SourceContext>();
  const isUp = (name: SourceName): boolean => {
    const context = contexts.get(name);
    return context === undefined || works.get(context) !== false;
  };

  const failed = (source: SourceName, message: string): void => {
    metrics.livekit_swarm_exporter_errors_total.inc({ source });
    log.of(source).error(message);
  };

  const collectOne = async ({ name, registry: ofSource }: Source): Promise<Snapshot[]> => {
    const source = { source: name };
    const began = performance.now();
    try {
      const snapshots = await within(timeoutMs, collect(ofSource));
      metrics.livekit_swarm_exporter_series.set(source, countSeries(snapshots));
      metrics.livekit_swarm_exporter_up.set(source, isUp(name) ? 1 : 0);
      return snapshots;
    } catch (error) {
      failed(name, `could not be collected: ${messageOf(error)}`);
      metrics.livekit_swarm_exporter_series.set(source, 0);
      metrics.livekit_swarm_exporter_up.set(source, 0);
      return [];
    } finally {
      metrics.livekit_swarm_exporter_scrape_duration_seconds.set(
        source,
        (performance.now() - began) / 1_000,
      );
    }
  };

  return {
    contextOf: (name) => {
      metrics.livekit_swarm_exporter_errors_total.inc({ source: name }, 0);
      const context: SourceContext = {
        error: (message) => failed(name, message),
        log: (message) => log.of(name).info(message),
        up: (value) => void works.set(context, value),
      };
      if (!contexts.has(name)) contexts.set(name, context);
      return context;
    },
    collectAll: async (sources) => {
      const collected = await Promise.all(sources.map(collectOne));
      const own = await Promise.all([registry, processMetrics()].map(collect));
      return [...collected, ...own].flat();
    },
    configRead: (file, succeeded) => {
      metrics.livekit_swarm_exporter_config_last_reload_successful.set({ file }, succeeded ? 1 : 0);
      if (succeeded)
        metrics.livekit_swarm_exporter_config_last_reload_success_timestamp_seconds.set(
          { file },
          Date.now() / 1_000,
        );
    },
    replaceSources: (sources, created) => {
      for (const [name, context] of created) contexts.set(name, context);
      for (const source of SOURCE_NAMES) {
        if (sources.some(({ name }) => name === source)) continue;
        contexts.delete(source);
        for (const metric of [
          metrics.livekit_swarm_exporter_up,
          metrics.livekit_swarm_exporter_series,
          metrics.livekit_swarm_exporter_scrape_duration_seconds,
        ])
          metric.remove({ source });
      }
    },
    countRequest: (route, code) =>
      metrics.livekit_swarm_exporter_requests_total.inc({ route, code: String(code) }),
  };
};

const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
