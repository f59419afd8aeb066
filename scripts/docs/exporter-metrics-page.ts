import { CATALOGUE, type NamedEntry, PROBE_TARGET_LABELS } from '@livekit-swarm/exporter/catalogue';
import { code, generatedFrom, table } from './markdown.ts';

const CHAPTERS: { family: keyof typeof CATALOGUE; title: string; intro: string }[] = [
  {
    family: 'run',
    title: 'Runs: swarm_run_*',
    intro: `With \`swarm --metrics :9464\`, while a run goes on. They are folded from the lines of the record, with the same code as summary and verdict, so they
cannot disagree with the report. Up is what participants send, down what they receive. Histograms are made of sketches: their counts are exact, but a value
within 2 % of a bound may be counted on its other side, and sums are right within 2 %.`,
  },
  {
    family: 'probe',
    title: 'Probes: swarm_probe_*',
    intro: `Two participants, a and b, in a room of their own. At \`/probe\` without the labels ${PROBE_TARGET_LABELS.map(code).join(', ')}, which Prometheus
puts on by relabelling; on \`/metrics\`, of scheduled probes, with them. Gauges and summaries tell of the last probe; counters add up over all probes that this
exporter made of the same target, module and node, so that a rate means something.`,
  },
  {
    family: 'lifecycle',
    title: 'Lifecycle: swarm_lifecycle_*',
    intro:
      'Rooms and participants, as the server tells of them: by webhooks, by its API, and in Redis.',
  },
  {
    family: 'client',
    title: 'Real users: swarm_client_*',
    intro: 'What browsers report through the [beacon](beacon.md).',
  },
  {
    family: 'chaos',
    title: 'Chaos: swarm_chaos_*',
    intro: `With \`swarm chaos run --metrics :9464\`, while a drill goes on; a Prometheus of its own lab scrapes it by itself. Its crowd is in \`swarm_run_*\`, too, with the drill as the scenario.
The people here are those of the crowd: not the newcomers, nor who has not come yet or has left.`,
  },
  {
    family: 'exporter',
    title: 'The exporter itself: swarm_exporter_*',
    intro: 'On every `/metrics`, also that of a run.',
  },
];

/** docs/exporter-metrics.md. */
export const exporterMetricsPage =
  (): string => `${generatedFrom('packages/exporter/src/catalogue')}

# What is exported to Prometheus

Every metric of ours, from one catalogue: the exporter registers from it, and dashboards and alerts may use nothing else beside the server's own \`livekit_*\`.
Seconds, bytes and ratios; a counter ends in \`_total\`. No label ever names a participant, and none a room that is not on an allow-list.

A metric is there as soon as its source is on, unless the last column says what must have happened first.

${CHAPTERS.map(({ family, title, intro }) => `## ${title}\n\n${intro}\n\n${table(['metric', 'type', 'labels', 'what it is', 'not before'], CATALOGUE[family].map(row))}`).join('\n\n')}
`;

const row = ({ name, type, labels, values = {}, help, why, buckets }: NamedEntry): string[] => [
  code(name),
  type,
  labels.map((label) => labelCell(label, values[label])).join(', '),
  buckets === undefined ? help : `${help}. Bounds: ${buckets.join(', ')}`,
  why ?? '',
];

const labelCell = (label: string, values: readonly string[] | undefined): string =>
  values === undefined ? code(label) : `${code(label)} (${values.join(', ')})`;
