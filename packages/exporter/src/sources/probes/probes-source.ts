import { EXPORTER_METRICS, PROBE_METRICS, PROBE_REJECTIONS } from '@livekit-swarm/catalogue';
import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import { asMetric, mergeSnapshots, registerFamily } from '@livekit-swarm/catalogue/registry';
import { messageOf, usageError } from '@livekit-swarm/settings';
import { openPump } from '@livekit-swarm/webrtc';
import { Registry } from 'prom-client';
import type { Target } from '../../config/target.ts';
import type { Source, SourceContext } from '../../source.ts';
import type { ProbeSettings } from './config.ts';
import type { ModuleResult } from './module-result.ts';
import { probeRoutes } from './probe-routes.ts';
import { findProbeTarget, type ProbeTarget } from './probe-target.ts';
import { createProber, describe, type Prober } from './prober.ts';
import { createScheduler } from './scheduler.ts';

/** Create the source of probes: on request at /probe, and scheduled. */
export const createProbesSource = (
  targets: readonly Target[],
  settings: ProbeSettings,
  context: SourceContext,
  prober: Prober = createProber({ ...settings, log: context.log, error: context.error }),
): Source => {
  const registry = new Registry();
  const { livekit_swarm_exporter_probes_rejected_total } = EXPORTER_METRICS;
  const { livekit_swarm_exporter_probes_rejected_total: refused } = registerFamily(registry, {
    livekit_swarm_exporter_probes_rejected_total,
  });
  for (const reason of PROBE_REJECTIONS) refused.inc({ reason }, 0);
  showLevels(registry, prober);
  const scheduled = destinationsOf(targets, settings);
  const outcomes: ProbeOutcomes = new Map();
  showOutcomes(registry, outcomes, prober);

  const scheduler = createScheduler(
    scheduled.map(({ destination, intervalMs }) => ({
      intervalMs,
      work: async (signal) => {
        try {
          const result = await prober.probe(
            destination,
            Math.min(settings.timeoutMs, intervalMs),
            signal,
          );
          if (typeof result !== 'string')
            outcomes.set(JSON.stringify(labelsOf(destination)), { destination, result });
          if (result !== 'busy') return;
          refused.inc({ reason: 'busy' });
          context.error(`${describe(destination)}: left out, too many probes at the same time`);
        } catch (error) {
          context.error(`${describe(destination)}: ${messageOf(error)}`);
        }
      },
    })),
  );
  return {
    name: 'probes',
    registry,
    routes: probeRoutes({
      targets,
      settings,
      prober,
      onRejected: (reason) => refused.inc({ reason }),
    }),
    start: async () => {
      checkEngine();
      scheduler.start();
    },
    stop: async () => {
      await Promise.all([prober.stop(), scheduler.stop()]);
    },
  };
};

/**
 * Check that the engine can be loaded, before the first probe needs it.
 * @throws SwarmError `usage`
 */
const checkEngine = (): void => {
  try {
    openPump({ threads: 1 }, () => {}).close();
  } catch (error) {
    throw usageError(`probes cannot be made: ${messageOf(error)}`);
  }
};

interface Scheduled {
  destination: ProbeTarget;
  intervalMs: number;
}

const destinationsOf = (
  targets: readonly Target[],
  { schedule, modules }: ProbeSettings,
): Scheduled[] =>
  schedule.flatMap(({ target: name, module, intervalMs, perNode }) => {
    const own = targets.find((target) => target.name === name)?.nodes ?? [];
    return [undefined, ...(perNode ? own.map((node) => node.name) : [])].map((node) => ({
      destination: findProbeTarget({ target: name, module, node }, targets, modules),
      intervalMs,
    }));
  });

/**
 * Last results of scheduled probes, by labels: several entries of the schedule may probe one target
 * and share its series. Requested probes are not included.
 */
type ProbeOutcomes = Map<string, ProbeOutcome>;

interface ProbeOutcome {
  destination: ProbeTarget;
  result: ModuleResult;
}

/** Labels of the destination, which Prometheus adds to the response of /probe. */
const labelsOf = ({ target, module, node }: ProbeTarget): Record<string, string> => ({
  target: target.name,
  module: module.name,
  node: node?.name ?? '',
});

/** Register the results of scheduled probes for /metrics, with labels. */
const showOutcomes = (registry: Registry, outcomes: ProbeOutcomes, prober: Prober): void => {
  const all = (): Snapshot[] =>
    mergeSnapshots(
      [...outcomes.values()].flatMap(({ destination, result }) =>
        prober.resultsOf(destination).snapshots(result, labelsOf(destination)),
      ),
    );
  for (const [name, { help, type }] of Object.entries(PROBE_METRICS)) {
    const nothing: Snapshot = { name, help, type, aggregator: 'omit', values: [] };
    registry.registerMetric(
      asMetric(name, async () => all().find((snapshot) => snapshot.name === name) ?? nothing),
    );
  }
};

/** Register the gauges of running and waiting probes, computed per scrape. */
const showLevels = (registry: Registry, prober: Prober): void => {
  const { help } = EXPORTER_METRICS.livekit_swarm_exporter_probes;
  const head = {
    name: 'livekit_swarm_exporter_probes',
    help,
    type: 'gauge',
    aggregator: 'sum',
  } as const;
  registry.registerMetric(
    asMetric(head.name, async () => ({
      ...head,
      values: [
        { labels: { state: 'running' }, value: prober.running },
        { labels: { state: 'waiting' }, value: prober.waiting },
      ],
    })),
  );
};
