import { HOST_METRIC, HOST_METRICS, hostFiguresOf } from './host-metrics.ts';
import { type PrometheusOptions, prometheusClient } from './prometheus-client.ts';
import { hostOf, type NodeReading, type ServerSource } from './server-source.ts';

/**
 * Creates the source that asks a Prometheus for the series of node_exporter on the hosts of the
 * nodes: those whose label `instance` has the same host. A host without them has no figures.
 */
export const prometheusHostSource = ({ url }: Pick<PrometheusOptions, 'url'>): ServerSource => {
  const { endpoint, query } = prometheusClient(url);
  const scraped = new Map<string, number>();
  return {
    name: 'prometheus_host',
    where: endpoint.where,
    sample: async (signal, hosts = []) => {
      if (hosts.length === 0) return [];
      const selector = `instance=~"(?:${hosts.map(literal).join('|')})(?::[0-9]+)?"`;
      const times = await query(`timestamp(${HOST_METRIC}{${selector}})`, signal);
      // Of several jobs that scrape a host, one is enough.
      const ofHosts = new Map(times.map((one) => [one.metric.instance ?? '', one]));
      const newer = [...ofHosts].flatMap(
        ([
          instance,
          {
            metric,
            value: [now, scrape],
          },
        ]) => {
          const scrapedAtMs = Number(scrape) * 1_000;
          return scraped.get(instance) === scrapedAtMs
            ? []
            : [{ instance, job: metric.job, scrapedAtMs, ageMs: now * 1_000 - scrapedAtMs }];
        },
      );
      // A host has hundreds of series: they are only asked for when they have new values.
      if (newer.length === 0) return [];
      const values = await query(`{__name__=~"${HOST_METRICS.join('|')}", ${selector}}`, signal);
      return newer.map(({ instance, job, scrapedAtMs, ageMs }): NodeReading => {
        scraped.set(instance, scrapedAtMs);
        const series = values.flatMap(({ metric: { __name__: name = '', ...labels }, value }) =>
          labels.instance === instance && labels.job === job
            ? [{ name, labels, value: Number(value[1]) }]
            : [],
        );
        return {
          ...{ id: null, name: null, host: hostOf(instance) },
          ...{ measuredAtMs: scrapedAtMs, ageMs, figures: hostFiguresOf(series) },
        };
      });
    },
  };
};

/** A host in a regular expression (RE2) within a string of PromQL, which takes `\` twice. */
const literal = (host: string): string =>
  (host.includes(':') ? `[${host}]` : host).replaceAll(/[^\w-]/g, String.raw`\\$&`);
