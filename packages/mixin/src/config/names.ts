import { exampleLabels, matchersOf } from './job-selector.ts';
import type { MixinConfig } from './schema.ts';

/** Cluster of the series in rule tests. */
export const TEST_CLUSTER = 'eu';

export type Labels = Readonly<Record<string, string>>;

/** The names that queries use, made of a configuration. */
export interface Names {
  config: MixinConfig;
  /** Labels of a node, a host, a cluster. */
  node: string;
  host: string;
  cluster: string;
  /** Selectors of jobs, without braces. */
  livekit: string;
  hosts: string;
  redis: string;
  exporter: string;
  blackbox: string;
  /** null: there is no HAProxy. */
  haproxy: string | null;
  /** The backend with the nodes. */
  loadBalancer: string | null;
  /** Labels that aggregations keep, for `by (…)`: of a node, a host, the whole job, a cluster. */
  perNode: string;
  perHost: string;
  perJob: string;
  /** The longer of a time and of more than two scrapes, for `for:`: one failed scrape is not enough. @param seconds what the alert asks for */
  lasting(seconds: number): string;
  /** Labels of targets in rule tests. */
  test: TestTargets;
}

/** Labels of targets in rule tests. */
export interface TestTargets {
  /** Every label that Prometheus gives a series of this node. */
  livekit(node: string): Labels;
  /** Those that figures of a node, and of the whole job, keep. */
  ofNode(node: string): Labels;
  ofJob: Labels;
  host(host: string): Labels;
  of(job: JobKey, instance: string): Labels;
  /** The value of the label `job`. */
  job(job: JobKey): string;
}

export type JobKey = keyof MixinConfig['jobs'];

/** More than two scrapes, with an evaluation on top. */
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

/** As Prometheus writes it: 90 → `1m30s`. */
const inUnits = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes}m` : '', rest > 0 || minutes === 0 ? `${rest}s` : ''].join('');
};

const testTargets = ({ jobs, labels: { cluster, node, host, keep } }: MixinConfig): TestTargets => {
  /** Labels that the selector of a job matches; the job has a made-up name if the selector does not name it. */
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
    // Targets have an address, too, and labels of which nothing is known.
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
