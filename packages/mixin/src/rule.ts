/** A recording rule, named `level:metric:operations`. */
export interface Recording {
  record: string;
  expr: string;
  /** Labels of its series, as in `by (…)`. */
  by: string;
}

/** Severity of an alert. `none`: it always fires, as proof that alerts arrive. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

export interface Alert {
  /**
   * Name in CamelCase; its runbook has the same name in kebab-case. Alerts with the same name
   * differ in severity or labels.
   */
  name: string;
  severity: Severity;
  labels?: Readonly<Record<string, string>>;
  expr: string;
  /** Time for which the condition must hold before the alert fires, as PromQL duration: `1m`. */
  for: string;
  /** Sentence without values, equal for all instances. */
  summary: string;
  /** Text with values, as a Go template. */
  description: string;
  /** Dashboard for the diagnosis. */
  dashboard: DashboardUid;
  /**
   * Rule test with synthetic series: the alert is inactive, then fires with exactly these labels.
   */
  test: RuleTest;
  /** Rule tests of edge cases. */
  furtherTests?: readonly RuleTest[];
}

export interface RuleTest {
  /**
   * Series by name, in promtool's notation: `up{job="livekit"}` → `1x5 0x20`. One value per
   * `interval` (default: a minute).
   */
  series: Readonly<Record<string, string>>;
  interval?: string;
  /** Time since the first value at which the alert fires: `9m`. */
  /** Time at which the alert is inactive; null: it always fires. */
  silentAt: string | null;
  firesAt: string;
  /**
   * Expected alerts of this name. Labels are in addition to alertname and those of the alert, or
   * replace them.
   */
  fires: { labels: Readonly<Record<string, string>>; description: string }[];
}

/** UIDs of dashboards in Grafana, which never change. */
export const DASHBOARDS = {
  cluster: 'livekit-swarm-cluster',
  node: 'livekit-swarm-node',
  slo: 'livekit-swarm-slo',
  media: 'livekit-swarm-media',
  rooms: 'livekit-swarm-rooms',
  probes: 'livekit-swarm-probes',
  agents: 'livekit-swarm-agents',
  run: 'livekit-swarm-run',
  chaos: 'livekit-swarm-chaos',
  infrastructure: 'livekit-swarm-infrastructure',
} as const;

export type DashboardUid = keyof typeof DASHBOARDS;

/** Name of the runbook of an alert: `LiveKitNodeDown` → `livekit-node-down`. */
export const runbookName = (alert: string): string =>
  alert
    .replace('LiveKit', 'Livekit')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
