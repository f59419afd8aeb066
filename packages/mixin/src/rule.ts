/** A recording rule, named `level:metric:operations`. */
export interface Recording {
  record: string;
  expr: string;
  /** The labels that it has, as in `by (…)`. */
  by: string;
}

/** `none`: fires always, to show that alerts arrive. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

export interface Alert {
  /** In CamelCase. The runbook has the same name in kebab-case. Alerts with the same name differ in severity or labels. */
  name: string;
  severity: Severity;
  labels?: Readonly<Record<string, string>>;
  expr: string;
  /** How long the condition must hold before the alert fires: `1m`. */
  for: string;
  /** A constant sentence, without values. */
  summary: string;
  /** With values, as a Go template. */
  description: string;
  /** The dashboard for the diagnosis. */
  dashboard: DashboardUid;
  /** Checks with synthetic series that it stays inactive, then fires with exactly these labels. */
  test: RuleTest;
  /** Rule tests of edge cases. */
  furtherTests?: readonly RuleTest[];
}

export interface RuleTest {
  /** In promtool's notation: `up{job="livekit"}` → `1x5 0x20`. One value per `interval` (default: a minute). */
  series: Readonly<Record<string, string>>;
  interval?: string;
  /** Time since the first value: `9m`. */
  /** null: it always fires. */
  silentAt: string | null;
  firesAt: string;
  /** One entry for each alert of this name that fires; labels in addition to alertname, those of the alert and its severity, or instead of them. */
  fires: { labels: Readonly<Record<string, string>>; description: string }[];
}

/** Stable UIDs for Grafana. */
export const DASHBOARDS = {
  cluster: 'livekit-swarm-cluster',
  node: 'livekit-swarm-node',
  slo: 'livekit-swarm-slo',
  media: 'livekit-swarm-media',
  rooms: 'livekit-swarm-rooms',
  probes: 'livekit-swarm-probes',
  run: 'livekit-swarm-run',
  chaos: 'livekit-swarm-chaos',
  infrastructure: 'livekit-swarm-infrastructure',
} as const;

export type DashboardUid = keyof typeof DASHBOARDS;

/** `LiveKitNodeDown` → `livekit-node-down`. */
export const runbookName = (alert: string): string =>
  alert
    .replace('LiveKit', 'Livekit')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
