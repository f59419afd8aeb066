import type { Labels } from '@livekit-swarm/metrics';
import { COORDINATOR_SHARD, type EventLine, type SampleLine } from '@livekit-swarm/record';
import { measureSeries } from '../summary/measure-series.ts';
import type { Second } from './second.ts';

/** The media of a sample. */
export const addMedia = (second: Second, { series, shard }: SampleLine): void => {
  for (const one of series) measureSeries(second, one, { shard, steady: true });
};

/** How the generator was doing, by the same rules as the summary. */
export const addGenerator = (second: Second, { shard, series, generator }: SampleLine): void => {
  if (shard === COORDINATOR_SHARD) return;
  second.trend('event_loop_lag').add(generator.eventLoopLagMs);
  second.trend('tick_late').add(generator.tickLateMs);
  const sent = series.reduce(
    (sum, { labels, packets }) => sum + (labels.direction === 'up' ? packets : 0),
    0,
  );
  second.rate('late_sends', {}, generator.lateSends, sent);
  second.rate(
    'send_errors',
    {},
    generator.sendErrors,
    generator.datagramsSent + generator.sendErrors,
  );
  second.rate(
    'socket_drops',
    {},
    generator.socketDrops,
    generator.datagramsReceived + generator.socketDrops,
  );
};

/**
 * What happened to somebody.
 * @param when it happened, and when what happened then was due: a join counts where it was due, as in windows
 */
export const addEvent = (
  when: Second,
  due: Second,
  { event, identity, group, role, phases, ms }: EventLine,
): void => {
  if (identity === undefined) return;
  const labels: Labels = {
    ...(group !== undefined && { group }),
    ...(role !== undefined && { role }),
  };
  when.happened(event);
  switch (event) {
    case 'joined':
      due.rate('join_failures', labels, 0, 1);
      if (phases === undefined) break;
      due.trend('join_start_delay', labels).add(phases.started);
      due.trend('signal_time', labels).add(phases.signal);
      due.trend('ice_time', labels).add(phases.ice);
      due.trend('join_time', labels).add(phases.joined);
      break;
    case 'join_failed':
      due.rate('join_failures', labels, 1, 1);
      break;
    case 'first_media':
      if (ms !== undefined) due.trend('first_media_time', labels).add(ms);
      break;
    case 'resumed':
    case 'reconnected':
    case 'rejoined':
      if (ms !== undefined) when.trend('reconnect_time', labels).add(ms);
      break;
    default:
  }
};
