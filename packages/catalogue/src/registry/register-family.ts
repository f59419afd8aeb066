import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CatalogueEntry, MetricFamily } from '../index.ts';
import { Quantiles } from './quantiles.ts';

type Labels<Entry extends CatalogueEntry> = Entry['labels'][number];

type Handle<Entry extends CatalogueEntry> = Entry['type'] extends 'counter'
  ? Counter<Labels<Entry>>
  : Entry['type'] extends 'gauge'
    ? Gauge<Labels<Entry>>
    : Entry['type'] extends 'histogram'
      ? Histogram<Labels<Entry>>
      : Quantiles;

export type Handles<Family extends MetricFamily> = {
  readonly [Name in keyof Family]: Handle<Family[Name]>;
};

/**
 * Registers metrics of the catalogue, and returns handles that set their values. A metric that
 * always appears has the value 0 if its labels are known; one that appears at its first use is
 * absent before.
 */
export const registerFamily = <const Family extends MetricFamily>(
  registry: Registry,
  family: Family,
): Handles<Family> =>
  Object.fromEntries(
    Object.entries(family).map(([name, entry]) => [name, register(registry, name, entry)]),
  ) as Handles<Family>;

const register = (
  registry: Registry,
  name: string,
  entry: CatalogueEntry,
): Counter | Gauge | Histogram | Quantiles => {
  const { help, type, labels } = entry;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  switch (type) {
    case 'counter': {
      const counter = new Counter(options);
      for (const set of initialLabels(entry)) counter.inc(set, 0);
      if (entry.appears === 'first_use') counter.remove({});
      return counter;
    }
    case 'gauge': {
      const gauge = new Gauge(options);
      // A level that was never measured is not 0.
      gauge.remove({});
      return gauge;
    }
    case 'histogram':
      return new Histogram({ ...options, buckets: [...(entry.buckets ?? [])] });
    case 'summary': {
      const quantiles = new Quantiles(name, help);
      registry.registerMetric(quantiles.asMetric());
      return quantiles;
    }
  }
};

/** All combinations of labels whose values are listed. */
const initialLabels = ({
  appears,
  labels,
  values = {},
}: CatalogueEntry): Record<string, string>[] => {
  if (appears !== 'always' || labels.some((label) => values[label] === undefined)) return [];
  return labels.reduce<Record<string, string>[]>(
    (sets, label) =>
      sets.flatMap((set) => (values[label] ?? []).map((value) => ({ ...set, [label]: value }))),
    [{}],
  );
};
