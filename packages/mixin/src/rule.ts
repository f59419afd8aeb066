/** A query that is kept under a name of its own: `level:metric:operations`. */
export interface Recording {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

export type Severity = 'critical' | 'warning' | 'info';

export interface Alert {
  /** CamelCase; also the name of its runbook, in kebab-case. */
  name: string;
  severity: Severity;
  expr: string;
  /** How long it must hold before anybody is told: `1m`. */
  for: string;
  /** A sentence that is always the same, without figures. */
  summary: string;
  /** With figures, as a Go template. */
  description: string;
  /** Of the dashboard to look at first. */
  dashboard: DashboardUid;
  /** Shows on made-up series that it stays silent, then fires, with exactly these labels. */
  proof: Proof;
  /** The same of cases that are easily forgotten. */
  furtherProofs?: readonly Proof[];
}

export interface Proof {
  /** Prometheus' own notation: `up{job="livekit"}` → `1x5 0x20`. One value a minute, unless `interval` says otherwise. */
  series: Record<string, string>;
  interval?: string;
  /** Minutes from the first value: `9m`. */
  silentAt: string;
  firesAt: string;
  /** Beside alertname and severity, one entry for each alert that fires. */
  fires: { labels: Record<string, string>; description: string }[];
}

/** Grafana's stable ids. */
export const DASHBOARDS = {
  cluster: 'livekit-swarm-cluster',
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
