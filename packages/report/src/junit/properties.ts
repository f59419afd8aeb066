import { flattenMetrics } from '@livekit-swarm/metrics';
import { finite } from '../finite.ts';
import type { ReportInput } from '../report-input.ts';

/** The figures by which runs are compared; all of them are in the JSON. */
const FIGURES = [
  'join_time.p50',
  'join_time.p95',
  'join_failures.rate',
  'disconnects.rate',
  'reconnect_time.p95',
  'missing_tracks.rate',
  'stalled_tracks.rate',
  'packet_loss.rate',
  'uplink_loss.rate',
  'jitter.p95',
  'media_latency.p50',
  'media_latency.p95',
  'media_latency.p99',
  'packets_received.rate',
  'packets_sent.rate',
  'nacks_sent.count',
  'data_loss.rate',
  'data_latency.p95',
  'cpu_cores.value',
  'late_sends.rate',
  'socket_drops.rate',
] as const;

/** Name and value of everything about a run besides its test cases. */
export const propertiesOf = ({
  summary,
  decision,
  recordPath,
}: ReportInput): [name: string, value: string][] => {
  const { scenario, deployment, environment, plan } = summary;
  const metrics = flattenMetrics(summary.metrics);
  return [
    ['verdict', decision.verdict],
    ['exit_code', String(decision.exitCode)],
    ['run', summary.run],
    ['record', recordPath ?? ''],
    ['seed', String(scenario.seed)],
    ...Object.entries(scenario.tags).map(([tag, value]): [string, string] => [`tag.${tag}`, value]),
    ['rooms', String(plan.rooms)],
    ['participants', String(plan.participants)],
    ['deployment.url', deployment?.url ?? ''],
    ['deployment.server_version', deployment?.serverVersion ?? ''],
    ['deployment.nodes', deployment?.nodes.join(' ') ?? ''],
    ...Object.entries(environment).map(([name, value]): [string, string] => [
      `environment.${name}`,
      String(value),
    ]),
    ...FIGURES.flatMap((name): [string, string][] => {
      const figure = finite(metrics[name]);
      return figure === null ? [] : [[`metric.${name}`, String(figure)]];
    }),
  ];
};
