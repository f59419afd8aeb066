import { type MetricReader, MetricSet } from '@livekit-swarm/metrics';
import { type CallFacts, JUDGED_AFTER_MS, talkTimeOf } from './call-facts.ts';
import type { CallsRun } from './run-calls.ts';

/** Turns calls into metrics. */
export const measureCalls = ({
  calls,
  followed,
}: Pick<CallsRun, 'calls' | 'followed'>): MetricReader => {
  const metrics = new MetricSet();
  // Without an answer of the API, nothing is known about participants.
  const isFollowed = followed !== null && followed.failures < followed.rounds;
  for (const call of calls) {
    measureSignalling(metrics, call);
    measureMedia(metrics, call);
    if (isFollowed) measureRoom(metrics, call);
  }
  return metrics;
};

const measureSignalling = (metrics: MetricSet, { signalling }: CallFacts): void => {
  const { invitedAtMs, ringingAtMs, answeredAtMs, status, end } = signalling;
  const share = (metric: Parameters<MetricSet['rate']>[0], isHit: boolean): void =>
    metrics.rate(metric, {}, isHit ? 1 : 0, 1);
  const isOf = (hundred: number): boolean =>
    end === 'refused' && status !== null && Math.floor(status / 100) === hundred;
  const isAnswered = answeredAtMs !== null;
  share('sip_call_failures', !isAnswered);
  share('sip_no_answer', !isAnswered && end !== 'refused');
  share('sip_client_errors', isOf(4));
  share('sip_server_errors', isOf(5));
  share('sip_busy', end === 'refused' && (status === 486 || status === 600));
  share('sip_unavailable', end === 'refused' && status === 503);
  if (ringingAtMs !== null) metrics.trend('sip_post_dial_delay').add(ringingAtMs - invitedAtMs);
  if (!isAnswered) return;
  metrics.trend('sip_answer_time').add(answeredAtMs - invitedAtMs);
  share('sip_dropped', end === 'remote' && signalling.referredAtMs === null);
  if (signalling.byeAtMs !== null && signalling.byeAnsweredAtMs !== null)
    metrics.trend('sip_hangup_time').add(signalling.byeAnsweredAtMs - signalling.byeAtMs);
  if (signalling.referredAtMs !== null) share('sip_transfer_failures', !isTransferred(signalling));
};

/** A transfer is accepted, and no NOTIFY reports that it failed. A REFER without an answer is a failure. */
export const isTransferred = ({ referStatus, transferStatus }: CallFacts['signalling']): boolean =>
  referStatus !== null && referStatus < 300 && (transferStatus ?? 0) < 300;

const measureMedia = (metrics: MetricSet, { signalling, media }: CallFacts): void => {
  const talkMs = talkTimeOf(signalling);
  const { answeredAtMs } = signalling;
  if (media === null || talkMs === null || answeredAtMs === null) return;
  if (talkMs >= JUDGED_AFTER_MS) {
    metrics.rate('sip_one_way', {}, media.packets === 0 ? 1 : 0, 1);
    metrics.rate('sip_silent', {}, media.packets > 0 && media.voiceAtMs === null ? 1 : 0, 1);
  }
  const { packets, others, lost } = media;
  if (packets > 0) metrics.rate('sip_packet_loss', {}, lost, lost + packets + others);
  if (media.jitterMs !== null) metrics.trend('sip_jitter').add(media.jitterMs);
  if (media.firstAtMs !== null)
    metrics.trend('sip_media_time').add(Math.max(0, media.firstAtMs - answeredAtMs));
  if (media.voiceAtMs !== null)
    metrics.trend('sip_voice_time').add(Math.max(0, media.voiceAtMs - answeredAtMs));
};

const measureRoom = (metrics: MetricSet, { signalling, room }: CallFacts): void => {
  const { answeredAtMs } = signalling;
  const talkMs = talkTimeOf(signalling);
  if (answeredAtMs === null || talkMs === null) return;
  if (talkMs >= JUDGED_AFTER_MS) metrics.rate('sip_room_missing', {}, room === null ? 1 : 0, 1);
  if (room === null) return;
  const middle = (room.notBeforeMs + room.seenAtMs) / 2;
  const uncertainty = (room.seenAtMs - room.notBeforeMs) / 2;
  metrics.trend('sip_room_time', {}, uncertainty).add(Math.max(0, middle - answeredAtMs));
};
