import { exampleLabels, matchersOf } from './job-selector.ts';
import type { MixinConfig } from './schema.ts';

/** Cluster of the series in rule tests. */
export const TEST_CLUSTER = 'eu';

export type Labels = Readonly<Record<string, string>>;

/** Names in queries, derived from a configuration. */
export interface Names {
  config: MixinConfig;
  /** Label names of a node, a host and a cluster. */
  node: string;
  host: string;
  cluster: string;
  /** Selectors of jobs, without braces. */
  livekit: string;
  hosts: string;
  redis: string;
  exporter: string;
  blackbox: string;
  /** Selector of HAProxy; null: there is none. */
  haproxy: string | null;
  /** HAProxy backend with the nodes; null: there is no HAProxy. */
  loadBalancer: string | null;
  /** Labels that aggregations keep, for `by (…)`: per node, host, job and cluster. */
  perNode: string;
  perHost: string;
  perJob: string;
  /**
   * Duration for `for:`: at least three scrapes, because one failed scrape must not fire.
   * @param seconds shortest duration, s
   */
  lasting(seconds: number): string;
  /** Labels of targets in rule tests. */
  test: TestTargets;
}

/** Labels of targets in rule tests. */
export interface TestTargets {
  /** All labels of a series of this node. */
  livekit(node: string): Labels;
  /** Labels that figures of a node (`ofNode`) or of the whole job (`ofJob`) keep. */
  ofNode(node: string): Labels;
  ofJob: Labels;
  host(host: string): Labels;
  of(job: JobKey, instance: string): Labels;
  /** Value of the label `job`. */
  job(job: JobKey): string;
}

export type JobKey = keyof MixinConfig['jobs'];

/** Number of scrape intervals that an alert waits: more than two scrapes and an evaluation. */
const SCRAPES = 3;

export const namesOf = (config: MixinConfig): Names => {
  const { jobs, labels, loadBalancer } = config;
  const { cluster, node, host, keep } = labels;
  const list = (...more: string[]): string => [...new Set([cluster, ...more])].join(', ');
  return {
    config,
    node,
    host,
    cluster,
    livekit: matchersOf(jobs.livekit),
    hosts: matchersOf(jobs.node),
    redis: matchersOf(jobs.redis),
    exporter: matchersOf(jobs.exporter),
    blackbox: matchersOf(jobs.blackbox),
    haproxy: jobs.haproxy === null ? null : matchersOf(jobs.haproxy),
    loadBalancer:
      jobs.haproxy === null ? null : `${matchersOf(jobs.haproxy)}, proxy="${loadBalancer.backend}"`,
    perNode: list(...keep, 'job', node),
    perHost: list('job', host),
    perJob: list(...keep, 'job'),
    lasting: (seconds) =>
      inUnits(Math.max(seconds, Math.ceil((SCRAPES * config.scrapeInterval) / 1_000))),
    test: testTargets(config),
  };
};

/** Formats a duration as Prometheus does: 90 s → `1m30s`. */
const inUnits = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes}m` : '', rest > 0 || minutes === 0 ? `${rest}s` : ''].join('');
};

const testTargets = ({ jobs, labels: { cluster, node, host, keep } }: MixinConfig): TestTargets => {
  /**
   * Labels that match the selector of a job, with an invented job name if the selector has none.
   */
  const selected = (key: JobKey): { job: string } & Record<string, string> => ({
    job: `the-${key}`,
    ...exampleLabels(jobs[key] ?? ''),
  });
  const target = (key: JobKey): Labels => ({ [cluster]: TEST_CLUSTER, ...selected(key) });
  const livekit = selected('livekit');
  const kept = Object.fromEntries(keep.map((label) => [label, livekit[label] ?? `of-${label}`]));
  const ofJob = { [cluster]: livekit[cluster] ?? TEST_CLUSTER, ...kept, job: livekit.job };
  return {
    ofJob,
    ofNode: (name) => ({ ...ofJob, [node]: name }),
    // Targets also have an address, and labels that the configuration does not name.
    livekit: (name) => ({ instance: '10.0.0.1:6789', ...livekit, ...ofJob, [node]: name }),
    host: (name) => ({ ...target('node'), [host]: name }),
    of: (key, instance) => ({ ...target(key), instance }),
    job: (key) => selected(key).job,
  };
};

/** `up{job="livekit", instance="a:1"}` */
export const seriesOf = (metric: string, ...labels: readonly Labels[]): string =>
  `${metric}{${Object.entries(Object.assign({}, ...labels) as Labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;
