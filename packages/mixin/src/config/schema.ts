import { duration, hinted, share, strict, text, whole, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { jobSelector } from './job-selector.ts';

/** The name of a backend. In a regular expression it would match others. */
const backendName = () =>
  text(200, 'the name of a backend').regex(/^[A-Za-z0-9_./-]+$/, {
    error: hinted('cannot be the name of a backend', 'use letters, digits and any of _ . / -'),
  });

/** A label of Prometheus (its data model). */
const label = () =>
  text(100, 'a label').regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
    error: hinted('cannot be a label', 'use letters, digits and _, as in cluster_name'),
  });

/** Added to the name of a page or dashboard. */
const baseUrl = (example: string) =>
  text(500, 'a URL').regex(/^(https?:\/\/[^\s?#"'{}]+|\/[^\s?#"'{}]*)$/, {
    error: hinted('must be a URL, or a path', `write ${example}`),
  });

const kubernetesLabels = () =>
  z.record(text(100, 'a label'), text(100, 'the value of a label'), {
    error: hinted('must be a mapping', 'write { release: prometheus }'),
  });

/** Jobs of the scrape configuration: a name, or matchers in braces. */
const jobs = strict({
  livekit: jobSelector(),
  node: jobSelector(),
  redis: jobSelector(),
  /** null: there is none, and no alert and no panel on it. */
  haproxy: jobSelector().nullable(),
  exporter: jobSelector(),
  /** blackbox_exporter, for certificates. */
  blackbox: jobSelector(),
});

/** Labels of the series. */
const labels = strict({
  /** Of the Kubernetes cluster or site. Series without it belong to one that has no name. */
  cluster: label(),
  /** Of a LiveKit node. */
  node: label(),
  /** Of a host, in series of node_exporter. */
  host: label(),
  /** More labels of LiveKit's series that figures keep, as the namespace. */
  keep: z
    .array(label(), { error: hinted('must be a list of labels', 'write [namespace]') })
    .max(5, { error: 'at most 5 labels' }),
});

/** Milliseconds: what LiveKit and the exporter count jitter by. */
const JITTER_BOUNDS = [10, 30, 50, 100];

/** A share that must be good over thirty days. */
const objective = () =>
  share().refine((value) => value >= 0.5 && value < 1, {
    error: hinted('must be from 50% to less than 100%', 'write 99%'),
  });

/** When alerts fire, and where colours of panels change. */
const limits = strict({
  /** Of packets. */
  loss: share(),
  /** Of packets; a node with users that loses more pages. */
  lossCritical: share(),
  /** Users notice jitter above this value. */
  jitter: duration(1, 10_000).refine((ms) => JITTER_BOUNDS.includes(ms), {
    error: hinted(
      'must be a bound of the histograms',
      `available: ${JITTER_BOUNDS.join('ms, ')}ms`,
    ),
  }),
  /** Share of streams above `jitter` for ten minutes. Networks of users cause some, too. */
  jitterShare: share(),
  /** Of the measured capacity of a node. */
  capacity: share(),
  cpu: share(),
  memory: share(),
  /** p95 until the session starts. */
  join: duration(1, 60_000),
  /** Share of joins that must succeed. */
  joinObjective: objective(),
  /** Share of probes through the load balancer that must succeed. */
  availabilityObjective: objective(),
  /** Share of media minutes, and of the reports of browsers, that must be good. */
  mediaObjective: objective(),
  /** Share of the reports of browsers with a quality score of 3 or less: a warning, a page. */
  poorReports: share(),
  poorReportsCritical: share(),
  /** Share of API requests, of webhooks. */
  apiErrors: share(),
  webhookErrors: share(),
  /** How long a certificate must be valid. */
  certificateDays: whole(1, 365),
  /** Failed joins below which no alert fires: with few joins, one client that gives up would be a high share. */
  joinFailures: whole(1, 1_000_000),
});

export const configSchema = strict({
  jobs,
  labels,
  loadBalancer: strict({
    /** The HAProxy backend that contains the LiveKit nodes. */
    backend: backendName(),
  }),
  /** Of LiveKit's job. Alerts wait for more than two scrapes. */
  scrapeInterval: duration(1_000, 120_000),
  /** An alert that always fires. false: there is one already, as that of kube-prometheus-stack. */
  watchdog: yesOrNo(),
  /** The alert on livekit/egress. false: there are no recordings, or its metrics are not scraped. */
  egress: yesOrNo(),
  limits,
  links: strict({
    /** Followed by the name of a page. */
    runbooks: baseUrl('https://wiki.example.com/runbooks'),
    /** Followed by the UID of a dashboard. */
    dashboards: baseUrl('https://grafana.example.com/d'),
  }),
  kubernetes: strict({
    /** Of the PrometheusRule: those by which the Prometheus Operator selects it. */
    ruleLabels: kubernetesLabels(),
    /** Of the ConfigMaps: those by which Grafana's sidecar selects them. */
    dashboardLabels: kubernetesLabels(),
  }),
});

/** Names, limits and links of rules and dashboards. Times in milliseconds. */
export type MixinConfig = z.output<typeof configSchema>;

export const VARIANTS = ['default', 'helm', 'compose', 'lab'] as const;
export type Variant = (typeof VARIANTS)[number];
