import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags that name the metrics of a deployment. */
export interface ServerMetricsFlags {
  serverMetrics?: string[];
  hostMetrics?: string[];
  prometheus?: string;
  prometheusSelector?: string;
  redis?: string;
  serverLog?: string[];
  serverPprof?: string[];
  settle?: string;
}

export const SERVER_METRICS_GROUP = 'Server metrics (automatic for a local server and a lab):';

export const nodeMetricsFlag = (): Option =>
  repeatable(
    '--server-metrics <url>',
    '/metrics of a node, on its prometheus.port (may be repeated): http://10.0.0.5:6789/metrics, NAME=URL',
  );

/** Flags for the sources of the nodes' CPU, memory and traffic, and for their logs. */
export const serverMetricsFlags = (): Option[] => [
  nodeMetricsFlag(),
  repeatable(
    '--host-metrics <url>',
    '/metrics of node_exporter on the host of a node, for what limits it from outside (may be repeated): http://10.0.0.5:9100/metrics, NODE=URL',
  ),
  new Option('--prometheus <url>', 'a Prometheus that scrapes the nodes: http://10.0.0.7:9090'),
  new Option(
    '--prometheus-selector <labels>',
    `only nodes with these labels: 'job="livekit", cluster="eu"'`,
  ),
  new Option(
    '--redis <url>',
    'LiveKit’s Redis, in which nodes report; it is only read (least exact: CPU and memory are of the hosts)',
  ),
  repeatable(
    '--server-log <file>',
    'log of a node in a file of this host, whose warnings and errors the report shows (may be repeated): node.log, NAME=node.log',
  ),
  repeatable(
    '--server-pprof <url>',
    'profiler of a node, on its debug_handler.port, asked for 10 s while a limit is crossed (may be repeated): http://10.0.0.5:7070, NAME=URL',
  ),
  new Option('--settle <time>', 'wait before leftover rooms are counted (default: 1s)'),
];
