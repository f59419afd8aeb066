import type { Labels } from '@livekit-swarm/metrics';
import type { EventLine } from '@livekit-swarm/record';
import type { MetricSink } from './measure-series.ts';

/**
 * Measures the durations that an event of a participant carries.
 * @param sinksAt the metrics of a moment, ms after the start; a join belongs to when it was
 * scheduled, a recovery to when it ended
 */
export const measureParticipantEvent = (
  { event, at, phases, durationMs }: EventLine,
  labels: Labels,
  sinksAt: (at: number) => readonly MetricSink[],
): void => {
  switch (event) {
    case 'joined':
      if (phases === undefined) return;
      for (const sink of sinksAt(at - phases.joined)) {
        sink.trend('join_start_delay', labels).add(phases.started);
        sink.trend('signal_time', labels).add(phases.signal);
        sink.trend('ice_time', labels).add(phases.ice);
        sink.trend('join_time', labels).add(phases.joined);
      }
      return;
    case 'first_media':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at - durationMs))
        sink.trend('first_media_time', labels).add(durationMs);
      return;
    case 'resumed':
    case 'reconnected':
    case 'rejoined':
      if (durationMs === undefined) return;
      for (const sink of sinksAt(at)) sink.trend('reconnect_time', labels).add(durationMs);
      return;
    // Counted from the state of the participant.
    case 'join_retry':
    case 'join_failed':
    case 'rejoin_retry':
    case 'signal_lost':
    case 'disconnected':
    case 'left':
    // Of a subscription.
    case 'media_started':
    case 'media_interrupted':
    case 'media_resumed':
    // Of the run.
    case 'worker_started':
    case 'worker_died':
    case 'server_died':
    case 'interrupted':
    case 'threshold_crossed':
    case 'warning':
      return;
  }
};
