import { HOST_METRIC, HOST_METRICS, hostFiguresOf } from './host-metrics.ts';
import {
  type PrometheusOptions,
  type PrometheusResult,
  prometheusClient,
} from './prometheus-client.ts';
import { hostOf, type NodeReading, type ServerSource, SourceError } from './server-source.ts';

type Labels = PrometheusResult[number]['metric'];

/**
 * Creates the source that asks a Prometheus for the series of node_exporter on the hosts of the
 * nodes: those whose label `instance` has the same host, and that have the labels of the nodes'
 * selector. A host without them has no figures.
 */
export const prometheusHostSource = ({ url, selector }: PrometheusOptions): ServerSource => {
  const { endpoint, query } = prometheusClient(url);
  const scraped = new Map<string, number>();
  return {
    name: 'prometheus_host',
    where: endpoint.where,
    sample: async (signal, known = []) => {
      const hosts = known.filter((host) => !isLoopback(host));
      if (hosts.length === 0) return [];
      const matchers = [
        `instance=~"(?:${hosts.map(literal).join('|')})(?::[0-9]+)?"`,
        ...ofDeployment(selector ?? ''),
      ].join(', ');
      const times = await query(`timestamp(${HOST_METRIC}{${matchers}})`, signal);
      expectOneOfEach(times, endpoint.where);
      const newer = times.flatMap(({ metric, value: [now, scrape] }) => {
        const { __name__: _, ...target } = metric;
        const scrapedAtMs = Number(scrape) * 1_000;
        return scraped.get(hostIn(target)) === scrapedAtMs
          ? []
          : [{ target, scrapedAtMs, ageMs: now * 1_000 - scrapedAtMs }];
      });
      // A host has hundreds of series: they are only asked for when they have new values.
      if (newer.length === 0) return [];
      const values = await query(`{__name__=~"${HOST_METRICS.join('|')}", ${matchers}}`, signal);
      return newer.map(({ target, scrapedAtMs, ageMs }): NodeReading => {
        const host = hostIn(target);
        scraped.set(host, scrapedAtMs);
        const series = values.flatMap(({ metric: { __name__: name = '', ...labels }, value }) =>
          isOf(target, labels) ? [{ name, labels, value: Number(value[1]) }] : [],
        );
        return {
          ...{ id: null, name: null, host },
          ...{ measuredAtMs: scrapedAtMs, ageMs, figures: hostFiguresOf(series) },
        };
      });
    },
  };
};

const hostIn = ({ instance = '' }: Labels): string => hostOf(instance);

/** A series has the labels of its target, and perhaps some of its own. */
const isOf = (target: Labels, labels: Labels): boolean =>
  Object.entries(target).every(([label, value]) => labels[label] === value);

/**
 * Several targets of one address may be several hosts, as in the private networks of two sites:
 * their figures would be those of neither.
 * @throws SourceError
 */
const expectOneOfEach = (times: PrometheusResult, where: string): void => {
  const targets = Map.groupBy(times, ({ metric }) => hostIn(metric));
  const several = [...targets].find(([, ofHost]) => ofHost.length > 1);
  if (several === undefined) return;
  const [host, ofHost] = several;
  const names = ofHost.map(({ metric: { __name__: _, ...labels } }) =>
    Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(', '),
  );
  throw new SourceError(
    'not_measured',
    `${where} has several node_exporters of host ${host}: ${names.map((name) => `{${name}}`).join(' and ')}. Add a label of one of them to --prometheus-selector, or name it with --host-metrics`,
  );
};

/** Every host has these names for itself, so that they name no host among several. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Labels that node_exporter has of its own; those of the hosts are chosen by their addresses. */
const OF_TARGET: ReadonlySet<string> = new Set(['job', 'instance']);

/** Matchers of a selector of nodes that also choose their hosts. */
const ofDeployment = (selector: string): string[] =>
  [...selector.matchAll(/([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)].flatMap(
    ([matcher, label = '']) => (OF_TARGET.has(label) ? [] : [matcher]),
  );

/** A host in a regular expression (RE2) within a string of PromQL, which takes `\` twice. */
const literal = (host: string): string =>
  (host.includes(':') ? `[${host}]` : host).replaceAll(/[^\w-]/g, String.raw`\\$&`);
