import { Registry, type RegistryContentType } from 'prom-client';
import { asMetric } from './quantiles.ts';
import type { Snapshot } from './snapshot.ts';

export type Format = 'text' | 'openmetrics';

/**
 * Reads the present values of all metrics of a registry.
 * @throws errors of a metric that is collected
 */
export const collect = async (registry: Registry): Promise<Snapshot[]> =>
  (await registry.getMetricsAsJSON()) as unknown as Snapshot[];

/** Number of series; a histogram counts with each of its buckets. */
export const countSeries = (snapshots: readonly Snapshot[]): number =>
  snapshots.reduce((sum, { values }) => sum + values.length, 0);

/** Renders metrics for Prometheus. Those without a value are left out. */
export const render = async (
  snapshots: readonly Snapshot[],
  format: Format,
): Promise<{ contentType: string; body: string }> => {
  const contentType =
    format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  // Each answer gets a separate registry: in OpenMetrics, prom-client renames the counters of the
  // registry that it writes.
  const page = new Registry<RegistryContentType>();
  page.setContentType(contentType);
  for (const snapshot of snapshots.filter(({ values }) => values.length > 0)) {
    const { name } = snapshot;
    const shown =
      format === 'openmetrics' && snapshot.type === 'counter' ? name.replace(/_total$/, '') : name;
    page.registerMetric(asMetric(shown, async () => ({ ...snapshot, name: shown })));
  }
  return { contentType, body: await page.metrics() };
};

/**
 * Preferred format among those that a scraper accepts (RFC 9110 §12.5.1); text if it does not
 * accept OpenMetrics.
 */
export const formatFor = (accept: string | undefined): Format => {
  const weightOf = (type: RegExp): number =>
    Math.max(
      0,
      ...(accept ?? '')
        .split(',')
        .filter((part) => type.test(part.split(';')[0]?.trim().toLowerCase() ?? ''))
        .map((part) => Number(/;\s*q=([\d.]+)/i.exec(part)?.[1] ?? 1)),
    );
  const open = weightOf(/^application\/openmetrics-text$/);
  return open > 0 && open >= weightOf(/^text\/plain$/) ? 'openmetrics' : 'text';
};
