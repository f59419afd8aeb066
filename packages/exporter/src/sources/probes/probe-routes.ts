import type { ProbeRejection } from '@livekit-swarm/catalogue';
import { formatFor, render } from '@livekit-swarm/catalogue/registry';
import { type ProbeResult, sidesOf } from '@livekit-swarm/probe';
import { hasErrorCode, plural, SwarmError } from '@livekit-swarm/settings';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Target } from '../../config/target.ts';
import { blackboxNames } from './blackbox-names.ts';
import type { ProbeSettings } from './config.ts';
import { hlsFiguresOf } from './hls/hls-figures.ts';
import type { HlsResult } from './hls/probe-hls.ts';
import { isHls, type ModuleResult, tookMs } from './module-result.ts';
import { findProbeTarget, type ProbeTarget } from './probe-target.ts';
import { describe, type ProbeNotRun, type Prober } from './prober.ts';

export interface ProbeRoutesOptions {
  targets: readonly Target[];
  settings: ProbeSettings;
  prober: Prober;
  onRejected(reason: ProbeRejection): void;
}

const TIMEOUT_HEADER = 'x-prometheus-scrape-timeout-seconds';
/** Least time limit with which a probe is possible, ms. */
const MIN_BUDGET_MS = 250;

const RESPONSES: Record<ProbeNotRun, { status: ContentfulStatusCode; text: string }> = {
  busy: {
    status: 503,
    text: 'too many probes at the same time: raise probes.maxConcurrent, or probe less often',
  },
  no_time: {
    status: 400,
    text: 'the scrape timeout leaves no time for a probe: raise scrape_timeout',
  },
  stopping: { status: 503, text: 'the exporter is stopping' },
  gone: { status: 503, text: 'the client of this probe has disconnected' },
};

/**
 * Create the route `/probe?target=NAME&module=audio_pair&node=node-1`, as in blackbox_exporter:
 * each request runs a probe, and the response contains its metrics without target labels.
 * `debug=true` adds a log.
 */
export const probeRoutes = ({ targets, settings, prober, onRejected }: ProbeRoutesOptions): Hono =>
  new Hono().get('/probe', async (c) => {
    if (c.req.method !== 'GET') return c.text('/probe accepts only GET\n', 405, { allow: 'GET' });
    let destination: ProbeTarget;
    let budgetMs: number;
    try {
      const { target, module, node } = c.req.query();
      destination = findProbeTarget({ target, module, node }, targets, settings.modules);
      budgetMs = readBudget(c.req.header(TIMEOUT_HEADER), settings);
    } catch (error) {
      if (!hasErrorCode(error, 'unknown_probe_target')) throw error;
      onRejected('bad_request');
      return c.text(`${error.message}\n`, 400);
    }
    const result =
      budgetMs < MIN_BUDGET_MS
        ? 'no_time'
        : await prober.probe(destination, budgetMs, c.req.raw.signal);
    if (typeof result === 'string') {
      if (result !== 'gone') onRejected(result);
      const { status, text } = RESPONSES[result];
      return c.text(`${text}\n`, status);
    }
    const snapshots = [
      ...blackboxNames(result),
      ...prober.resultsOf(destination).snapshots(result),
    ];
    if (c.req.query('debug') === 'true')
      return c.text(`${inWords(destination, result)}\n${(await render(snapshots, 'text')).body}`);
    const { contentType, body } = await render(snapshots, formatFor(c.req.header('accept')));
    return c.body(body, 200, { 'content-type': contentType });
  });

/**
 * Time limit of a probe, ms: the scraper's timeout without the time for the response, or the
 * exporter's limit if the scraper sends none.
 * @throws SwarmError `unknown_probe_target` if the timeout is not a number
 */
const readBudget = (
  header: string | undefined,
  { timeoutMs, scrapeTimeoutOffsetMs }: ProbeSettings,
): number => {
  if (header === undefined) return timeoutMs;
  const seconds = Number(header);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new SwarmError(
      'unknown_probe_target',
      `${TIMEOUT_HEADER} must be a number of seconds above 0`,
    );
  return Math.min(timeoutMs, seconds * 1_000 - scrapeTimeoutOffsetMs);
};

const inWords = (destination: ProbeTarget, result: ModuleResult): string =>
  [
    `${describe(destination)}: ${result.success ? 'success' : 'failure'} after ${ms(tookMs(result))}`,
    ...result.failures.map(({ reason, message }) => `  ${reason}: ${message}`),
    ...(isHls(result) ? streamInWords(result) : callInWords(result)),
    '',
  ].join('\n');

const callInWords = ({ observation }: ProbeResult): string[] => [
  ...sidesOf(observation.module).map((side) => {
    const { phases, firstMediaMs, node, others } = observation.sides[side];
    if (phases === null) return `  ${side}: did not join`;
    return `  ${side}: signal ${ms(phases.signal)}, ICE ${ms(phases.ice)}, DTLS ${ms(phases.dtls)}, joined ${ms(phases.joined)}, first media ${ms(firstMediaMs)}, node ${node ?? '?'}, remote participants ${others.length}`;
  }),
  ...agentInWords(observation),
];

const streamInWords = (result: HlsResult): string[] => {
  const { stream } = result;
  const { streamRate, throughput } = hlsFiguresOf(result);
  return [
    `  listener: first segment ${ms(stream.startupMs)}, newest segment ${ms(stream.age?.ms)} old at most, ${plural(stream.segments, 'segment')}, ${kilobytes(streamRate)} of media, loaded with ${kilobytes(throughput)}`,
    `  skipped ${plural(stream.skippedSegments, 'segment')}, stalled ${ms(stream.stalledMs)}, ${plural(stream.failedRequests, 'failed request')}`,
  ];
};

const kilobytes = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? '–' : `${Math.round(bytesPerSecond / 1_000)} kB/s`;

const ms = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${Math.round(value)} ms`;

const agentInWords = ({ agent }: ProbeResult['observation']): string[] =>
  agent === null
    ? []
    : [
        `  agent: joined ${ms(agent.joinedMs)}, published ${ms(agent.publishedMs)}, ready ${ms(agent.readyMs)}, answered ${ms(agent.answer?.responseMs)} after the last voice`,
      ];
