import { DEFAULT_THRESHOLDS } from '@livekit-swarm/analysis';
import { AGGREGATIONS, type MetricDefinition, type MetricName, metricDefinition, metricNames } from '@livekit-swarm/metrics';
import { code, generatedFrom, table } from './markdown.ts';

/** The catalogue in chapters, in its own order: each goes from its first metric to the next chapter. */
const CHAPTERS: { title: string; first: MetricName; intro: string }[] = [
  {
    title: 'Joining, staying, coming back',
    first: 'join_time',
    intro:
      'The clock of a join starts when the join was *due*, not when it got its turn: a server that is slow to let people in cannot hide it by slowing the generator down.',
  },
  {
    title: 'Media',
    first: 'missing_tracks',
    intro:
      'Loss is counted twice: *before recovery* is what the network and the server lost on the first try, the plain figure is what no retransmission brought back. Arrival times come from the kernel.',
  },
  { title: 'Data messages', first: 'data_latency', intro: 'Only with `--data-rate`.' },
  {
    title: 'The generator itself',
    first: 'late_sends',
    intro:
      'When these leave their bounds the verdict is inconclusive, whatever the others say: see [ARCHITECTURE.md](ARCHITECTURE.md#honesty).',
  },
];

/** docs/metrics.md. */
export const metricsPage =
  (): string => `${generatedFrom('packages/metrics/src/metrics.ts and default-thresholds.ts')}

# Metrics and thresholds

${thresholdText()}

## Default thresholds

${defaultsTable()}

Those that a load cannot measure are left out: no \`media_latency\` where nobody publishes.

## The catalogue

${typesTable()}

In \`--json\` every figure has a flat key under \`metrics\`: \`join_time.p95\`, \`packet_loss.rate\`, \`nacks_sent.count\`. Times are milliseconds, shares go
from 0 to 1. A selector narrows a metric down by its labels: \`kind\` (audio, video), \`direction\` (up, down), \`group\` and \`role\` (of the
scenario; with flags crowd, and publisher or subscriber), \`codec\`
(opus, vp8, h264). What was never measured is absent, and a threshold on it makes a run inconclusive, not passed.

${CHAPTERS.map(chapter).join('\n\n')}
`;

const thresholdText =
  (): string => `A threshold is k6's expression with the metric in front. It may carry a selector, and a unit that fits the metric:

\`\`\`sh
npx swarm --threshold 'join_time: p(95)<1500' --threshold 'packet_loss{kind:audio}: rate<0.5%'
npx swarm --publish audio,video --threshold 'media_latency{kind:video}: p(99)<0.3s' --threshold 'packets_received: rate>5000'
\`\`\`

A threshold of yours replaces the default on the same metric, selector, window and aggregation; the other defaults stay. The grammar is in
[threshold-grammar.ts](../packages/metrics/src/threshold-grammar.ts).

It may be about a part of the run, its window, which stands behind the metric and its selector:

| window | what it is |
| --- | --- |
| \`@joining\`, \`@steady\` | until all were due who come first; when the crowd is what it was meant to be |
| \`@NAME\` | a stage or lesson of an executor, or a stretch of the timeline |
| \`@*\` | every stage, each judged by itself; for metrics of joins those in which somebody was due |
| \`@30s..60s\` | counted from the start |

Joins count in the window in which they were due, with all that became of them; everything else counts when it happened, and a counter's \`rate\` is per second
of the window. What is known only when a stay ends has no windows: ${names(({ timed }) => !timed)}.

\`abortOnFail\` ends the run as soon as the threshold is crossed, and \`abortOnFail after 10s\` not before ten seconds of the run have gone; the run has failed. Nothing
is crossed of which nothing was measured, and nothing ends the run while the generator suffers: that may be its own doing.

\`\`\`sh
npx swarm --threshold 'media_latency{kind:audio}@steady: p(99)<100' --threshold 'packet_loss@10s..20s: rate<0.1%'
npx swarm --rooms 100 --threshold 'join_failures: rate<0.2 abortOnFail after 10s'
\`\`\``;

const names = (which: (definition: MetricDefinition) => boolean): string =>
  metricNames()
    .filter((name) => which(metricDefinition(name)))
    .map(code)
    .join(', ');

/** What a run is judged by, and why. */
const defaultsTable = (): string =>
  table(
    ['threshold', 'why'],
    DEFAULT_THRESHOLDS.map(({ text, why }) => [code(text), why]),
  );

const TYPES: Record<MetricDefinition['type'], string> = {
  trend: 'a distribution, kept as a sketch of 2 % relative error that merges over processes',
  rate: 'a share of something, from 0 to 1; `count` is how many',
  counter: 'a sum; `rate` is per second while everybody was in',
  gauge: 'a level over time; `value` is its average',
};

const typesTable = (): string =>
  table(
    ['type', 'what it is', 'aggregations'],
    Object.entries(AGGREGATIONS).map(([type, names]) => [
      type,
      TYPES[type as MetricDefinition['type']],
      names.map((name) => code(name === 'p' ? 'p(N)' : name)).join(' '),
    ]),
  );

const chapter = ({ title, first, intro }: (typeof CHAPTERS)[number], index: number): string => {
  const names = metricNames();
  const next = CHAPTERS[index + 1];
  const own = names.slice(
    names.indexOf(first),
    next === undefined ? undefined : names.indexOf(next.first),
  );
  return `### ${title}\n\n${intro}\n\n${table(['metric', 'type', 'unit', 'labels', 'what it is'], own.map(row))}`;
};

const row = (name: MetricName): string[] => {
  const { type, unit, labels, description } = metricDefinition(name);
  return [code(name), type, unit, labels.join(', '), description];
};
