import { duration, hinted, share, strict, text, whole, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { jobSelector } from './job-selector.ts';

/**
 * Name of a backend; characters of regular expressions are not allowed, because they would match
 * other backends.
 */
const backendName = () =>
  text(200, 'the name of a backend').regex(/^[A-Za-z0-9_./-]+$/, {
    error: hinted('cannot be the name of a backend', 'use letters, digits and any of _ . / -'),
  });

/** Label name (data model of Prometheus). */
const label = () =>
  text(100, 'a label').regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
    error: hinted('cannot be a label', 'use letters, digits and _, as in cluster_name'),
  });

/** Base URL to which the name of a page or dashboard is appended. */
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
  /** Job of HAProxy; null: there is none, and no alert and no panel on it. */
  haproxy: jobSelector().nullable(),
  exporter: jobSelector(),
  /** Job of blackbox_exporter, for certificates. */
  blackbox: jobSelector(),
});

/** Label names of the series. */
const labels = strict({
  /** Label of the Kubernetes cluster or site. Series without it belong to one unnamed cluster. */
  cluster: label(),
  /** Label of a LiveKit node. */
  node: label(),
  /** Label of a host, in series of node_exporter. */
  host: label(),
  /** Further labels of LiveKit's series that figures keep, such as the namespace. */
  keep: z
    .array(label(), { error: hinted('must be a list of labels', 'write [namespace]') })
    .max(5, { error: 'at most 5 labels' }),
});

/** Bucket bounds of jitter in LiveKit and the exporter, ms. */
const JITTER_BOUNDS = [10, 30, 50, 100];

/** Share that must be good over thirty days. */
const objective = () =>
  share().refine((value) => value >= 0.5 && value < 1, {
    error: hinted('must be from 50% to less than 100%', 'write 99%'),
  });

/** Limits of alerts and of the colours of panels. */
const limits = strict({
  /** Share of lost packets that warns. */
  loss: share(),
  /** Share of lost packets that pages, if the node has enough users. */
  lossCritical: share(),
  /** Jitter above which users notice it. */
  jitter: duration(1, 10_000).refine((ms) => JITTER_BOUNDS.includes(ms), {
    error: hinted(
      'must be a bound of the histograms',
      `available: ${JITTER_BOUNDS.join('ms, ')}ms`,
    ),
  }),
  /** Share of streams above `jitter` for ten minutes. Networks of users cause some of it. */
  jitterShare: share(),
  /** Share of the measured capacity of a node. */
  capacity: share(),
  cpu: share(),
  memory: share(),
  /** Time until the session starts, p95. */
  join: duration(1, 60_000),
  /** Share of joins that must succeed. */
  joinObjective: objective(),
  /** Share of probes through the load balancer that must succeed. */
  availabilityObjective: objective(),
  /** Share of media minutes, and of the reports of browsers, that must be good. */
  mediaObjective: objective(),
  /**
   * Shares of browser reports with a quality score of 3 or less: a warning (`poorReports`), a page
   * (`poorReportsCritical`).
   */
  poorReports: share(),
  poorReportsCritical: share(),
  /** Shares of failed API requests and webhooks. */
  apiErrors: share(),
  webhookErrors: share(),
  /** Time from the last voice of a caller to the first voice of a voice agent. */
  agentResponse: duration(100, 60_000),
  /** Share of the jobs, or of the load, that the workers of a pool carry. */
  agentLoad: share(),
  /** Remaining validity of a certificate at which the alert fires, days. */
  certificateDays: whole(1, 365),
  /** Number of media ports of a node, `rtc.port_range_end` − `rtc.port_range_start` + 1. */
  mediaPorts: whole(1, 65_535),
  /**
   * Fewest failed joins that fire an alert: with few joins, one client that gives up would be a
   * high share.
   */
  joinFailures: whole(1, 1_000_000),
});

export const configSchema = strict({
  jobs,
  labels,
  loadBalancer: strict({
    /** HAProxy backend of the LiveKit nodes. */
    backend: backendName(),
  }),
  /** Scrape interval of LiveKit's job. Alerts wait for more than two scrapes. */
  scrapeInterval: duration(1_000, 120_000),
  /** Alert that always fires. false: another one exists, such as that of kube-prometheus-stack. */
  watchdog: yesOrNo(),
  /** Alert on livekit/egress. false: there are no recordings, or its metrics are not scraped. */
  egress: yesOrNo(),
  /** Alert on livekit/sip. false: there are no phone calls, or its metrics are not scraped. */
  sip: yesOrNo(),
  limits,
  links: strict({
    /** Base URL of runbooks; the name of a page follows. Null: alerts have no link to a page. */
    runbooks: baseUrl('https://wiki.example.com/runbooks').nullable(),
    /** Base URL of dashboards; the UID of a dashboard follows. */
    dashboards: baseUrl('https://grafana.example.com/d'),
  }),
  kubernetes: strict({
    /** Labels of the PrometheusRule, by which the Prometheus Operator selects it. */
    ruleLabels: kubernetesLabels(),
    /** Labels of the ConfigMaps, by which Grafana's sidecar selects them. */
    dashboardLabels: kubernetesLabels(),
  }),
});

/** Names, limits and links of rules and dashboards. Times in milliseconds. */
export type MixinConfig = z.output<typeof configSchema>;

export const VARIANTS = ['default', 'helm', 'compose', 'lab'] as const;
export type Variant = (typeof VARIANTS)[number];
