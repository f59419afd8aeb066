import { DEFAULT_THRESHOLDS } from '@livekit-swarm/analysis';
import {
  AGGREGATIONS,
  type MetricDefinition,
  type MetricName,
  metricDefinition,
  metricNames,
} from '@livekit-swarm/metrics';
import type { VideoCodec } from '@livekit-swarm/scenario';
import { code, generatedFrom, table } from './markdown.ts';
import { thresholdGrammar } from './threshold-parts.ts';

/** Values of the label `codec`; the type requires all of them. */
const VIDEO_CODECS: Readonly<Record<VideoCodec, true>> = {
  vp8: true,
  h264: true,
  vp9: true,
  av1: true,
};

/**
 * Chapters of the catalogue in its own order: each begins with its first metric, and ends before
 * the next chapter.
 */
const CHAPTERS: { title: string; first: MetricName; intro: string }[] = [
  {
    title: 'Join and reconnect',
    first: 'join_time',
    intro:
      'Join times count from the *scheduled* join, not from the start of the attempt: a slow server cannot hide it by slowing down the load generator.',
  },
  {
    title: 'Media',
    first: 'missing_tracks',
    intro:
      'Loss is counted twice: *before recovery* is what the network and the server lost at the first transmission; without that suffix, what no retransmission recovered. Arrival times come from the kernel.',
  },
  {
    title: 'Data messages',
    first: 'data_latency',
    intro:
      'Messages only with `data` of a role or `--data-rate`, streams with `dataStreams`, calls with `rpc`: [data.md](data.md).',
  },
  {
    title: 'Server',
    first: 'server_cpu',
    intro:
      'Of each node (selector `{node:NAME}`) and of all together, where a source has them: automatic for a server that is started for the run and for a lab. See [Server metrics](server-metrics.md).',
  },
  {
    title: 'HLS listeners',
    first: 'hls_start_failures',
    intro:
      'Measured by [`swarm hls`](hls.md), whose listeners are not participants: scenarios have no thresholds on these.',
  },
  {
    title: 'Presence',
    first: 'webhook_delay',
    intro:
      'Measured by [`swarm presence`](presence.md), which compares webhooks and the API with participants: scenarios have no thresholds on these.',
  },
  {
    title: 'SIP calls',
    first: 'sip_call_failures',
    intro:
      'Measured by [`swarm sip`](sip.md), whose callers are not participants: scenarios have no thresholds on these.',
  },
  {
    title: 'Load generator',
    first: 'late_sends',
    intro:
      'When these exceed their limits the verdict is inconclusive, whatever the other metrics show: see [ARCHITECTURE.md](ARCHITECTURE.md#honesty).',
  },
];

/** Page docs/metrics.md. */
export const metricsPage =
  (): string => `${generatedFrom('packages/metrics/src/metrics.ts and default-thresholds.ts')}

# Metrics and thresholds

${thresholdText()}

## Default thresholds

${defaultsTable()}

Thresholds that a load cannot measure do not apply: without publishers, for example, no \`media_latency\`.

## The catalogue

${typesTable()}

In \`--json\` every figure has a flat key under \`metrics\`: \`join_time.p95\`, \`packet_loss.rate\`, \`nacks_sent.count\`. Times are milliseconds, shares go
from 0 to 1. A selector filters a metric by its labels: \`kind\` (audio, video), \`direction\` (up, down), \`group\` and \`role\` (of the
scenario; with flags load, and publisher or subscriber), \`codec\`
(${['opus', ...Object.keys(VIDEO_CODECS)].join(', ')}), \`node\` (of the server). What was never measured is absent, and a threshold on it makes a run inconclusive, not passed.

${CHAPTERS.map(chapter).join('\n\n')}
`;

const thresholdText =
  (): string => `A threshold is a k6 expression with the metric in front. It can have a selector, and a unit of the metric:

\`\`\`sh
npx swarm --threshold 'join_time: p(95)<1500' --threshold 'packet_loss{kind:audio}: rate<0.5%'
npx swarm --publish audio,video --threshold 'media_latency{kind:video}: p(99)<0.3s' --threshold 'packets_received: rate>5000'
\`\`\`

Your threshold replaces the default on the same metric, selector, window and aggregation; the other defaults stay.

## Grammar

${thresholdGrammar()}

## Windows

A threshold can refer to a window of the run, after the metric and its selector:

| window | meaning |
| --- | --- |
| \`@joining\`, \`@steady\` | until the last scheduled first join; the longest time without scheduled joins or leaves |
| \`@NAME\` | a stage or lesson of an executor, or a named window |
| \`@*\` | every stage, each evaluated separately; for join metrics, stages with scheduled joins |
| \`@30s..60s\` | from the start of the run |

Joins count in the window of their scheduled time, with their result; everything else counts when it happened, and a counter's \`rate\` is per second
of the window. Metrics that are known only at the end of a session have no windows: ${names(({ timed }) => !timed)}.

## End a run early

\`abortOnFail\` ends the run as soon as the threshold is crossed, and \`abortOnFail after 10s\` not before ten seconds of the run; the run has failed. A threshold
without data is never crossed. While the load generator is impaired, \`abortOnFail\` is suspended, because the load generator may be the cause.

\`\`\`sh
npx swarm --threshold 'media_latency{kind:audio}@steady: p(99)<100' --threshold 'packet_loss@10s..20s: rate<0.1%'
npx swarm --rooms 100 --threshold 'join_failures: rate<0.2 abortOnFail after 10s'
\`\`\``;

const names = (which: (definition: MetricDefinition) => boolean): string =>
  metricNames()
    .filter((name) => which(metricDefinition(name)))
    .map(code)
    .join(', ');

/** Table of default thresholds with their reasons. */
const defaultsTable = (): string =>
  table(
    ['threshold', 'why'],
    DEFAULT_THRESHOLDS.map(({ text, why }) => [code(text), why]),
  );

const TYPES: Record<MetricDefinition['type'], string> = {
  trend: 'a distribution, kept as a sketch of 2 % relative error that merges over processes',
  rate: 'a share of something, from 0 to 1; `count` is how many',
  counter: 'a sum; `rate` is per second while all participants were connected',
  gauge: 'a level over time; `value` is its average',
};

const typesTable = (): string =>
  table(
    ['type', 'description', 'aggregations'],
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
  return `### ${title}\n\n${intro}\n\n${table(['metric', 'type', 'unit', 'labels', 'description'], own.map(row))}`;
};

const row = (name: MetricName): string[] => {
  const { type, unit, labels, description } = metricDefinition(name);
  return [code(name), type, unit, labels.join(', '), description];
};
