import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Interval at which the delay of the event loop is sampled, ms. At prom-client's 10 ms, an idle
 * exporter wakes up a hundred times a second for nothing else.
 */
const EVENT_LOOP_SAMPLES_MS = 50;

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
  }
  return registry;
};
