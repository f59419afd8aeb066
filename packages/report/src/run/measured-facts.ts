import type { Summary } from '@livekit-swarm/analysis';
import { aggregate, type Labels, type MetricName } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatMs, formatShare } from '../format.ts';

type Measured = Pick<Summary, 'metrics'>;

const rateOf = ({ metrics }: Measured, metric: MetricName): number | null =>
  aggregate(metrics.measure(metric), { type: 'rate' }) ?? null;

const timeOf = ({ metrics }: Measured, metric: MetricName, selector: Labels = {}): string => {
  const [p50, p95] = [50, 95].map(
    (percentile) => aggregate(metrics.measure(metric, selector), { type: 'p', percentile }) ?? null,
  );
  return `p50 ${formatMs(p50 ?? null)}, p95 ${formatMs(p95 ?? null)}`;
};

/** Figures of decryption by the participants; none when nothing was to be decrypted. */
export const encryptionFacts = (summary: Measured): [name: string, value: string][] => {
  const undecryptable = rateOf(summary, 'undecryptable_frames');
  if (undecryptable === null) return [];
  const changes = aggregate(summary.metrics.measure('key_changes'), { type: 'count' }) ?? 0;
  return [
    ['undecryptable frames', formatShare(undecryptable)],
    ['first frame decrypted after', timeOf(summary, 'first_decrypted_time')],
    ['key changes', formatNumber(changes)],
  ];
};

/** Figures of the server's announcements of speakers; none when participants did not take turns. */
export const speakerFacts = (summary: Measured): [name: string, value: string][] => {
  const [missed, wrong] = [
    rateOf(summary, 'active_speaker_misses'),
    rateOf(summary, 'active_speaker_errors'),
  ];
  if (missed === null && wrong === null) return [];
  return [
    ['announced after', timeOf(summary, 'active_speaker_time')],
    ['turns not announced', formatShare(missed)],
    ['announcements of others', formatShare(wrong)],
  ];
};

/** Times until an agent has reached a phase of its start, in this order. */
const STARTS: readonly (readonly [name: string, metric: MetricName])[] = [
  ['dispatch answered after', 'agent_dispatch_time'],
  ['job offered to its worker after', 'agent_offer_time'],
  ['agent joined after', 'agent_join_time'],
  ['published audio after', 'agent_publish_time'],
  ['ready to speak after', 'agent_ready_time'],
];

/** Figures of streams through ingress, and by WHIP and WHEP; none without them. */
export const ingressFacts = ({ metrics }: Measured): [name: string, value: string][] =>
  (
    [
      ['created after', 'ingress_create_time'],
      ['delay until the arrival at a listener', 'ingress_delay'],
      ['left the room after the end of the encoder', 'ingress_leave_time'],
    ] as const
  ).flatMap(([name, metric]): [string, string][] => {
    const time = metrics.measure(metric);
    return time?.type === 'trend' && time.sketch.count > 0
      ? [[name, timeOf({ metrics }, metric)]]
      : [];
  });

/** Figures of conversations with voice agents; none without callers. */
export const agentFacts = ({ metrics }: Measured): [name: string, value: string][] => {
  const callers = metrics.measure('agents_lost');
  const turns = metrics.measure('agent_turns_unanswered');
  const facts: [string, string][] = [];
  if (callers?.type === 'rate' && callers.total > 0)
    facts.push(
      ['callers without an agent', shareOfAll(callers)],
      ...STARTS.flatMap(([name, metric]): [string, string][] => {
        const time = metrics.measure(metric);
        return time?.type === 'trend' && time.sketch.count > 0
          ? [[name, timeOf({ metrics }, metric)]]
          : [];
      }),
    );
  if (turns?.type === 'rate' && turns.total > 0) {
    facts.push(
      ['turns without an answer', shareOfAll(turns)],
      ['answered after', timeOf({ metrics }, 'agent_response_time')],
      ['spoke before the caller had finished', shareOf({ metrics }, 'agent_overlaps')],
      ['answers with gaps', shareOf({ metrics }, 'agent_answer_gaps')],
    );
    const echoes = metrics.measure('agent_echoes');
    if (echoes?.type === 'rate' && echoes.hits > 0)
      facts.push(['sent the voice of the caller back', shareOf({ metrics }, 'agent_echoes')]);
    facts.push(...transferFacts({ metrics }));
    const stops = metrics.measure('agent_barge_in');
    if (stops?.type === 'trend' && stops.sketch.count > 0)
      facts.push(['stopped after a barge-in', timeOf({ metrics }, 'agent_barge_in')]);
  }
  return facts;
};

/** Figures of calls between participants; none without calls. */
export const callFacts = ({ metrics }: Measured): [name: string, value: string][] => {
  const calls = metrics.measure('rpc_errors');
  if (calls?.type !== 'rate' || calls.total === 0) return [];
  const codes = metrics.labelSets('rpc_failures').flatMap(({ code }) => code ?? []);
  return [
    ['calls failed', shareOfAll(calls)],
    ...[...new Set(codes)].toSorted().map((code): [string, string] => {
      const failures = metrics.measure('rpc_failures', { code });
      const count = aggregate(failures, { type: 'count' }) ?? 0;
      return [`failed, ${describeCode(code)}`, formatNumber(count)];
    }),
    ['answered after', timeOf({ metrics }, 'rpc_time')],
  ];
};

const describeCode = (code: string): string =>
  code === '0' ? 'without a code of RPC' : `code ${code}`;

/** Figures of text and byte streams; none without streams. */
export const streamFacts = ({ metrics }: Measured): [name: string, value: string][] => {
  const streams = metrics.measure('data_streams_incomplete');
  if (streams?.type !== 'rate' || streams.total === 0) return [];
  const throughput = metrics.measure('data_stream_throughput');
  const median = aggregate(throughput, { type: 'p', percentile: 50 }) ?? null;
  return [
    ['streams incomplete', shareOfAll(streams)],
    ['received after', timeOf({ metrics }, 'data_stream_time')],
    ['throughput', `p50 ${formatBits(median)}`],
  ];
};

/** Figures of data tracks; none without them. */
export const dataTrackFacts = ({ metrics }: Measured): [name: string, value: string][] => {
  const loss = metrics.measure('data_track_loss');
  const silent = metrics.measure('data_tracks_silent');
  if (silent?.type !== 'rate' || silent.total === 0) return [];
  return [
    ['tracks without a frame', shareOfAll(silent)],
    ...(loss?.type === 'rate' && loss.total > 0
      ? [
          ['frames lost', shareOfAll(loss)] as [string, string],
          ['received after', timeOf({ metrics }, 'data_track_latency')] as [string, string],
          ['out of order', shareOf({ metrics }, 'data_track_reordered')] as [string, string],
          ['dropped by the publisher', shareOf({ metrics }, 'data_track_drops')] as [
            string,
            string,
          ],
        ]
      : []),
  ];
};

/** Figures of transfers, and of each agent of a call; none where callers talk with one agent. */
const transferFacts = ({ metrics }: Measured): [name: string, value: string][] => {
  const transfers = metrics.measure('agent_transfers_lost');
  if (transfers?.type !== 'rate' || transfers.total === 0) return [];
  const facts: [string, string][] = [['transfers without a next agent', shareOfAll(transfers)]];
  if (transfers.hits < transfers.total)
    facts.push(['next agent published audio after', timeOf({ metrics }, 'agent_transfer_time')]);
  const numbers = metrics.labelSets('agent_response_time').flatMap(({ agent }) => agent ?? []);
  for (const agent of [...new Set(numbers)].toSorted((a, b) => Number(a) - Number(b)))
    facts.push([
      `agent ${agent} of a call answered after`,
      timeOf({ metrics }, 'agent_response_time', { agent }),
    ]);
  return facts;
};

const shareOf = (measured: Measured, metric: MetricName): string =>
  formatShare(rateOf(measured, metric));

/** `2 of 40`. */
const shareOfAll = ({ hits, total }: { hits: number; total: number }): string =>
  `${formatNumber(hits)} of ${formatNumber(total)}`;

/**
 * Estimates of publishers with rate adaptation, and what they left out. Real clients have a table
 * of their own.
 */
export const adaptationFacts = ({
  metrics,
  scenario,
}: Pick<Summary, 'metrics' | 'scenario'>): [name: string, value: string][] =>
  scenario.groups.flatMap(({ name: group, roles }) =>
    roles
      .filter(({ rateAdaptation }) => rateAdaptation === true)
      .flatMap(({ name: role }): [string, string][] => {
        const estimates = metrics.measure('bandwidth_estimate', { direction: 'up', group, role });
        const limited = metrics.measure('quality_limitation', { group, role });
        const percentiles = [5, 50].map(
          (percentile) =>
            `p${percentile} ${formatBits(aggregate(estimates, { type: 'p', percentile }) ?? null)}`,
        );
        const share = formatShare(aggregate(limited, { type: 'rate' }) ?? null);
        return [
          [`${group}, ${role}: estimated bandwidth`, percentiles.join(', ')],
          [`${group}, ${role}: in less than full quality`, `${share} of the time`],
        ];
      }),
  );
