import { CATALOGUE, type NamedEntry, PROBE_TARGET_LABELS } from '@livekit-swarm/catalogue';
import { code, generatedFrom, table } from './markdown.ts';

const CHAPTERS: { family: keyof typeof CATALOGUE; title: string; intro: string }[] = [
  {
    family: 'run',
    title: 'Runs: livekit_swarm_run_*',
    intro: `With \`swarm --rooms 20 --metrics :9464\`, during a run, or [pushed](push-metrics.md) with \`--out\`. They are folded from the lines of the record, with the same code as summary and verdict, so they
cannot disagree with the report. Direction up is what participants send, down what they receive. Histograms are made of sketches: their counts are exact, but a value
within 2 % of a bound may be counted on its other side, and sums are exact within 2 %.`,
  },
  {
    family: 'probe',
    title: 'Probes: livekit_swarm_probe_*',
    intro: `Two participants, a and b, in their own room. At \`/probe\` without the labels ${PROBE_TARGET_LABELS.map(code).join(', ')}, which Prometheus
adds by relabelling; on \`/metrics\`, for scheduled probes, with them. Gauges and summaries describe the last probe; counters add up over all probes of
the same target, module and node by this exporter, so that rates are meaningful.`,
  },
  {
    family: 'lifecycle',
    title: 'Lifecycle: livekit_swarm_lifecycle_*',
    intro:
      'Rooms and participants as the server reports them: by webhooks, by its API, and in Redis.',
  },
  {
    family: 'agents',
    title: 'Voice agents: livekit_swarm_agents_*',
    intro: `Where \`agents\` is configured: rooms and jobs as the API shows them, and workers as their own pages do, by [pool](exporter.md#voice-agents). At most a hundred names of agents become
labels; further ones are \`other\`.`,
  },
  {
    family: 'client',
    title: 'Real users: livekit_swarm_client_*',
    intro: 'What browsers report through the [beacon](beacon.md).',
  },
  {
    family: 'session',
    title: 'The session journal: livekit_swarm_session_*',
    intro: 'Where `sessions` is configured: [what it stores](sessions.md).',
  },
  {
    family: 'chaos',
    title: 'Chaos: livekit_swarm_chaos_*',
    intro: `With \`swarm chaos run --metrics :9464\`, during a drill; the Prometheus of the drill's lab scrapes it automatically. Its load is in \`livekit_swarm_run_*\`, too, with the drill as the scenario.
Participants are those of the load that are connected: without join probes.`,
  },
  {
    family: 'exporter',
    title: 'The exporter itself: livekit_swarm_exporter_*',
    intro: 'On every `/metrics`, also that of a run.',
  },
];

/** Page docs/exporter-metrics.md. */
export const exporterMetricsPage =
  (): string => `${generatedFrom('packages/catalogue/src/families')}

# Exporter metrics

Every metric of the exporter, from one catalogue: the exporter registers from it, and dashboards and alerts may use only these, \`livekit_swarm_*\`, and the other \`livekit_*\`, which are the server's own.
Units are seconds, bytes and ratios; counters end in \`_total\`. No label contains a participant, and only rooms on an allow-list have a label.

A metric is exported as soon as its source is enabled, unless the last column has a condition.

${CHAPTERS.map(({ family, title, intro }) => `## ${title}\n\n${intro}\n\n${table(['metric', 'type', 'labels', 'description', 'condition'], CATALOGUE[family].map(row))}`).join('\n\n')}
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
