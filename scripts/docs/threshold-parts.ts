import { code, table } from './markdown.ts';

/** Part of a threshold, in the order in which they are written. */
interface ThresholdPart {
  part: string;
  form: string;
  /** Whole threshold that has this part. */
  example: string;
}

export const THRESHOLD_PARTS: readonly ThresholdPart[] = [
  {
    part: 'metric',
    form: 'a name of the [catalogue](#the-catalogue)',
    example: 'join_failures: rate<0.01',
  },
  {
    part: 'selector, may be left out',
    form: '`{label:value}`, several separated by commas: all of them have to match. Each metric has its labels',
    example: 'packet_loss{role:viewer,kind:video}: rate<1%',
  },
  {
    part: 'window, may be left out',
    form: '`@` and a name, `@*`, or `@FROM..TO` with durations from the start of the run',
    example: 'jitter@30s..1m: p(95)<30',
  },
  {
    part: 'separator',
    form: 'a colon, a point or a blank',
    example: 'join_time.p95<2s',
  },
  {
    part: 'aggregation',
    form: 'one that the [type](#the-catalogue) of the metric has. A percentile is `p(95)`, `p95` or `p(99.9)`, from 0 to 100',
    example: 'media_latency: p(99.9)<400',
  },
  {
    part: 'operator',
    form: '`<` `<=` `>` `>=` `==` `!=`; `===` is `==`, as in k6. The condition is the one that must hold',
    example: 'packets_received: rate>=5000',
  },
  {
    part: 'limit',
    form: 'a number (`0.01`, `1e3`), in the unit of the metric, or with a unit behind it: `%` of a share, `us`, `ms` or `s` of a time, `B`, `kB`, `MB` or `GB` of a size in bytes',
    example: 'media_latency: max<0.3s',
  },
  {
    part: 'abort, may be left out',
    form: '`abortOnFail`, or `abortOnFail after` and a duration',
    example: 'join_failures: rate<0.2 abortOnFail after 10s',
  },
];

/** Grammar of thresholds as text. */
export const thresholdGrammar =
  (): string => `A threshold has these parts, in this order. Blanks are allowed between any two of them, and capital letters count:

${table(
  ['part', 'form', 'example'],
  THRESHOLD_PARTS.map(({ part, form, example }) => [part, form, code(example)]),
)}

A duration has a unit: \`500ms\`, \`10s\`, \`1m30s\`, \`1h\`. A mistake ends with exit code 2 before anything is started, and the message marks the character. In a [scenario file](scenario-language.md#thresholds), metric, selector and window are the key, and
the rest of it is in a list.`;
