import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags that give out the metrics of a run while it is under way. */
export interface LiveMetricsFlags {
  metrics?: string;
  'web.listenAddress': string[];
  'web.config.file'?: string;
  out: string[];
  notify: string[];
  tag: string[];
}

/** Flags for a page that shows the run meanwhile. */
export const livePageFlags = (): Option[] => [
  new Option('--ui', 'show the run live in a browser on this host; its address goes to stderr'),
  uiPortFlag(),
  new Option('--ui-stay', 'serve the report at this address after the run, until Ctrl-C'),
];

export const uiPortFlag = (): Option =>
  new Option('--ui-port <n>', 'port of this page, on 127.0.0.1 (default: a free one)');

export const liveMetricsFlags = (): Option[] => [
  ...servedMetricsFlags(),
  repeatable(
    '--out <name[=url]>',
    'push live metrics (may be repeated): otlp=URL, prometheus-rw=URL; traces of joins: otlp-traces=URL; otlp and otlp-traces alone take OTEL_EXPORTER_OTLP_ENDPOINT',
  ),
  repeatable(
    '--notify <[slack=]url>',
    'send the verdict there when the runs have ended (may be repeated); signed if SWARM_NOTIFY_SECRET is set',
  ),
  repeatable(
    '--tag <name=value>',
    'added to record and reports (may be repeated); testid is a label of pushed metrics',
  ),
];

/** Flags for the server that Prometheus scrapes during a run. */
export const servedMetricsFlags = (): Option[] => [
  new Option(
    '--metrics <address>',
    'serve live metrics to Prometheus at [ADDRESS]:PORT/metrics; :9464 is loopback only',
  ),
  repeatable(
    '--web.listen-address <address>',
    'instead of --metrics, as in Prometheus exporters (may be repeated): :9464 is every interface',
  ),
  new Option(
    '--web.config.file <file>',
    'TLS, client certificates and users for live metrics, in the format of exporter-toolkit',
  ),
];
