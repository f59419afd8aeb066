import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Interval at which the delay of the event loop is sampled, ms. At prom-client's 10 ms, an idle
 * exporter wakes up a hundred times a second for nothing else.
 */
const EVENT_LOOP_SAMPLES_MS = 50;

/**
 * Gauges that prom-client names as counters, which `promtool check metrics` rejects. Their sums are
 * those of the gauges by type, without the suffix.
 */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

let registry: Registry | null = null;

/**
 * Return the registry of the metrics that every Prometheus client library has (`process_*`), and
 * those of Node (`nodejs_*`). There is one for the process, as its observers cannot be removed.
 */
export const processMetrics = (): Registry => {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLES_MS,
    });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }
  return registry;
};
