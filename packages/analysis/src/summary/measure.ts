import type { CountedIn, Labels, MetricName, SketchBins } from '@livekit-swarm/metrics';
import {
  type AdaptationSample,
  COUNTERS,
  type DataStreamsSample,
  type DataTracksSample,
  type Decryption,
  type EventLine,
  type PlayoutSample,
  type RpcSample,
  SERIES_COUNTERS,
  type SeriesCounter,
  type SeriesSample,
  type SpeakersSample,
  type StreamDrops,
  type TurnResult,
} from '@livekit-swarm/record';

/** Receiver of measurements: the metrics of a run, of a window, or of one second. */
export interface MetricSink {
  trend(
    metric: MetricName,
    labels: Labels,
    uncertaintyMs?: number,
  ): { add(value: number): void; addBins(bins: SketchBins): void };
  rate(metric: MetricName, labels: Labels, hits: number, total: number): void;
  count(metric: MetricName, labels: Labels, amount: number, where: CountedIn): void;
}

const countersOf = (direction: 'up' | 'down'): { counter: SeriesCounter; metric: MetricName }[] =>
  SERIES_COUNTERS.flatMap((counter) => {
    const entry = COUNTERS[counter];
    const names: { up?: MetricName; down?: MetricName } = 'metric' in entry ? entry.metric : {};
    const metric = names[direction];
    return metric === undefined ? [] : [{ counter, metric }];
  });

const MEDIA_COUNTERS = { up: countersOf('up'), down: countersOf('down') };

/**
 * Adds a second of a group of tracks or data flows to metrics.
 * @param uncertaintyMs possible error of its latency, which compares the clocks of two hosts, ms
 */
export const measureSeries = (
  metrics: MetricSink,
  series: SeriesSample,
  where: CountedIn,
  uncertaintyMs = 0,
): void => {
  const { labels, latency } = series;
  const isData = labels.kind === 'data';
  if (labels.direction === 'down')
    metrics
      .trend(isData ? 'data_latency' : 'media_latency', labels, uncertaintyMs)
      .addBins(latency);
  if (series.publishersOn !== undefined) return;
  if (series.decryption !== undefined) addDecryption(metrics, labels, series.decryption, where);
  if (isData) addData(metrics, series, where);
  else addMedia(metrics, series, where);
};

/** Adds the announcements of active speakers that participants of a role received. */
export const measureSpeakers = (
  metrics: MetricSink,
  { group, role, turns, missed, announced, wrong, delay }: SpeakersSample,
): void => {
  const labels = { group, role };
  metrics.trend('active_speaker_time', labels).addBins(delay);
  metrics.rate('active_speaker_misses', labels, missed, turns);
  metrics.rate('active_speaker_errors', labels, wrong, announced);
};

/** Adds the text and byte streams that participants of a role received. */
export const measureDataStreams = (
  metrics: MetricSink,
  { group, role, streams, incomplete, time, throughput }: DataStreamsSample,
): void => {
  const labels = { group, role };
  metrics.trend('data_stream_time', labels).addBins(time);
  metrics.trend('data_stream_throughput', labels).addBins(throughput);
  metrics.rate('data_streams_incomplete', labels, incomplete, streams);
};

/** Adds the frames on data tracks that participants of a role sent and received. */
export const measureDataTracks = (
  metrics: MetricSink,
  { group, role, latency, ...counts }: DataTracksSample,
): void => {
  const { sent, dropped, received, reordered, lost, tracks, silent } = counts;
  const labels = { group, role };
  if (sent > 0) metrics.rate('data_track_drops', labels, dropped, sent);
  if (tracks > 0) metrics.rate('data_tracks_silent', labels, silent, tracks);
  if (received + lost === 0) return;
  metrics.trend('data_track_latency', labels).addBins(latency);
  metrics.rate('data_track_loss', labels, lost, received + lost);
  metrics.rate('data_track_reordered', labels, reordered, received);
};

/** Adds the calls that participants of a role made. */
export const measureRpc = (
  metrics: MetricSink,
  { group, role, calls, errors, time }: RpcSample,
  where: CountedIn,
): void => {
  const labels = { group, role };
  metrics.trend('rpc_time', labels).addBins(time);
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  metrics.rate('rpc_errors', labels, failed, calls);
  for (const [code, count] of Object.entries(errors))
    metrics.count('rpc_failures', { ...labels, code }, count, where);
};

/** Adds the packets that were dropped because TCP had not delivered those before them. */
export const measureStreamDrops = (
  metrics: MetricSink,
  { group, role, packets }: StreamDrops,
  where: CountedIn,
): void => metrics.count('stream_drops', { group, role }, packets, where);

const addDecryption = (
  metrics: MetricSink,
  labels: Labels,
  { decrypted, undecryptable, keyChanges }: Decryption,
  where: CountedIn,
): void => {
  metrics.rate('undecryptable_frames', labels, undecryptable, decrypted + undecryptable);
  metrics.count('key_changes', labels, keyChanges, where);
};

const addMedia = (metrics: MetricSink, series: SeriesSample, where: CountedIn): void => {
  const { labels } = series;
  const down = labels.direction === 'down';
  for (const { counter, metric } of MEDIA_COUNTERS[labels.direction])
    metrics.count(metric, labels, series[counter], where);
  // Sent packets include those that the server missed; received packets do not include lost ones.
  const total = down ? series.packets + series.lost : series.packets;
  metrics.rate(down ? 'packet_loss' : 'uplink_loss', labels, series.lost, total);
  metrics.rate(
    down ? 'packet_loss_before_recovery' : 'uplink_loss_before_recovery',
    labels,
    series.lostBeforeRecovery,
    total,
  );
  metrics.trend(down ? 'jitter' : 'uplink_jitter', labels).addBins(series.jitter);
  metrics.trend('rtt', labels).addBins(series.rtt);
  if (series.adaptation !== undefined) addAdaptation(metrics, labels, series.adaptation);
  if (series.playout !== undefined) addPlayout(metrics, labels, series.playout, where);
};

/** Adds figures of rate adaptation; for publishers without it nothing is counted, not even zero. */
const addAdaptation = (
  metrics: MetricSink,
  labels: SeriesSample['labels'],
  { bandwidthEstimate, limitedMs, sentMs }: AdaptationSample,
): void => {
  metrics.trend('bandwidth_estimate', labels).addBins(bandwidthEstimate);
  metrics.rate('quality_limitation', labels, limitedMs, sentMs);
};

/**
 * Adds figures that only real clients measure; for other participants nothing is counted, not even
 * zero.
 */
const addPlayout = (
  metrics: MetricSink,
  labels: SeriesSample['labels'],
  playout: PlayoutSample,
  where: CountedIn,
): void => {
  const { direction, kind } = labels;
  metrics.trend('bandwidth_estimate', labels).addBins(playout.bandwidthEstimate);
  if (direction === 'up') {
    if (kind === 'video')
      metrics.rate('quality_limitation', labels, playout.limitedMs, playout.sentMs);
    return;
  }
  metrics.trend('jitter_buffer_delay', labels).addBins(playout.jitterBufferDelay);
  if (kind === 'audio') {
    const audible = playout.concealedSamples - playout.silentConcealedSamples;
    metrics.rate('concealed_samples', labels, audible, playout.samples);
    return;
  }
  metrics.trend('frame_latency', labels).addBins(playout.frameLatency);
  metrics.count('frames_decoded', labels, playout.framesDecoded, where);
  metrics.count('frames_dropped', labels, playout.framesDropped, where);
  metrics.count('freezes', labels, playout.freezes, where);
  metrics.count('freeze_time', labels, playout.freezeMs, where);
};

const addData = (
  metrics: MetricSink,
  { labels, packets, lost }: SeriesSample,
  where: CountedIn,
): void => {
  if (labels.direction === 'up') {
    metrics.count('data_messages_sent', labels, packets, where);
    return;
  }
  metrics.count('data_messages_received', labels, packets, where);
  metrics.rate('data_loss', labels, lost, packets + lost);
};

const measureTurn = (metrics: MetricSink, labels: Labels, turn: TurnResult): void => {
  const { agent, responseMs, answerMs, bargeInMs, gaps, overlapMs = 0, echoMs } = turn;
  const ofAgent = agent === undefined ? labels : { ...labels, agent: String(agent) };
  // An agent that only spoke during the utterance has not answered it.
  metrics.rate('agent_turns_unanswered', ofAgent, answerMs === undefined ? 1 : 0, 1);
  metrics.rate('agent_overlaps', labels, overlapMs > 0 ? 1 : 0, 1);
  metrics.rate('agent_echoes', labels, echoMs === undefined ? 0 : 1, 1);
  if (gaps !== undefined) metrics.rate('agent_answer_gaps', labels, gaps > 0 ? 1 : 0, 1);
  if (responseMs !== undefined) metrics.trend('agent_response_time', ofAgent).add(responseMs);
  if (bargeInMs !== undefined) metrics.trend('agent_barge_in', labels).add(bargeInMs);
};

/** Metrics of the durations of events about an agent on its way to a caller. */
const AGENT_TIMES = {
  agent_published: 'agent_publish_time',
  agent_ready: 'agent_ready_time',
  agent_job: 'agent_offer_time',
} as const;

/** Events of participants with ingress whose duration is a metric. */
const INGRESS_TIMES = {
  ingress_created: 'ingress_create_time',
  ingress_left: 'ingress_leave_time',
  mark_received: 'ingress_delay',
} as const;

/**
 * Measures the durations of an event of a participant.
 * @param sinksAt returns the metrics of a time, ms after the start: a join belongs to its scheduled
 * time, a recovery to its end
 */
export const measureParticipantEvent = (
  { event, at, phases, durationMs, selectedPair, action = '', turn }: EventLine,
  labels: Labels,
  sinksAt: (at: number) => readonly MetricSink[],
): void => {
  switch (event) {
    case 'joined':
      if (phases === undefined) return;
      for (const sink of sinksAt(at - phases.joined)) {
        sink.trend('join_start_delay', labels).add(phases.started);
        if (phases.token !== undefined) sink.trend('token_time', labels).add(phases.token);
        if (phases.signal !== undefined) sink.trend('signal_time', labels).add(phases.signal);
        if (phases.ice !== undefined) sink.trend('ice_time', labels).add(phases.ice);
        sink.trend('join_time', labels).add(phases.joined);
        if (selectedPair?.allocationMs !== undefined)
          sink.trend('turn_allocation_time', labels).add(selectedPair.allocationMs);
      }
      return;
    case 'first_media':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at - durationMs))
        sink.trend('first_media_time', labels).add(durationMs);
      return;
    case 'acted':
    case 'action_failed':
      for (const sink of sinksAt(at)) {
        const ofAction = { ...labels, action };
        sink.rate('action_failures', ofAction, event === 'action_failed' ? 1 : 0, 1);
        if (durationMs !== undefined) sink.trend('action_time', ofAction).add(durationMs);
      }
      return;
    case 'agent_dispatched':
      if (durationMs !== undefined)
        for (const sink of sinksAt(at)) sink.trend('agent_dispatch_time', labels).add(durationMs);
      return;
    case 'ingress_created':
    case 'ingress_left':
    case 'mark_received':
      if (durationMs !== undefined)
        for (const sink of sinksAt(at)) sink.trend(INGRESS_TIMES[event], labels).add(durationMs);
      return;
    case 'agent_published':
    case 'agent_ready':
    case 'agent_job':
      if (durationMs !== undefined)
        for (const sink of sinksAt(at)) sink.trend(AGENT_TIMES[event], labels).add(durationMs);
      return;
    case 'agent_joined':
    case 'agent_lost':
      for (const sink of sinksAt(at)) {
        sink.rate('agents_lost', labels, event === 'agent_lost' ? 1 : 0, 1);
        if (event === 'agent_joined' && durationMs !== undefined)
          sink.trend('agent_join_time', labels).add(durationMs);
      }
      return;
    case 'agent_transferred':
    case 'agent_transfer_lost':
      for (const sink of sinksAt(at)) {
        sink.rate('agent_transfers_lost', labels, event === 'agent_transfer_lost' ? 1 : 0, 1);
        if (event === 'agent_transferred' && durationMs !== undefined)
          sink.trend('agent_transfer_time', labels).add(durationMs);
      }
      return;
    case 'turn':
      if (turn !== undefined) for (const sink of sinksAt(at)) measureTurn(sink, labels, turn);
      return;
    case 'first_decrypted':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at - durationMs))
        sink.trend('first_decrypted_time', labels).add(durationMs);
      return;
    case 'resumed':
    case 'reconnected':
    case 'rejoined':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at)) sink.trend('reconnect_time', labels).add(durationMs);
      return;
    // All others are counted from the state of the participant (participant-state.ts), or do not
    // concern a participant.
    default:
      return;
  }
};
