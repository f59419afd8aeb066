import { measureSeries } from '../measure-series.ts';
import type { Labels } from '../metrics.ts';
import { COORDINATOR_SHARD, type EventLine, type SampleLine } from '../record.ts';
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
  const sent = series.reduce((sum, { labels, packets }) => sum + (labels.direction === 'up' ? packets : 0), 0);
  second.rate('late_sends', {}, generator.lateSends, sent);
  second.rate('send_errors', {}, generator.sendErrors, generator.datagramsSent + generator.sendErrors);
  second.rate('socket_drops', {}, generator.socketDrops, generator.datagramsReceived + generator.socketDrops);
};

/** What happened to somebody. */
export const addEvent = (second: Second, { event, identity, group, role, phases, ms }: EventLine): void => {
  if (identity === undefined) return;
  const labels: Labels = { ...(group !== undefined && { group }), ...(role !== undefined && { role }) };
  second.happened(event);
  switch (event) {
    case 'joined':
      second.rate('join_failures', labels, 0, 1);
      if (phases === undefined) break;
      second.trend('join_start_delay', labels).add(phases.started);
      second.trend('signal_time', labels).add(phases.signal);
      second.trend('ice_time', labels).add(phases.ice);
      second.trend('join_time', labels).add(phases.joined);
      break;
    case 'join_failed':
      second.rate('join_failures', labels, 1, 1);
      break;
    case 'first_media':
      if (ms !== undefined) second.trend('first_media_time', labels).add(ms);
      break;
    case 'resumed':
    case 'reconnected':
      if (ms !== undefined) second.trend('reconnect_time', labels).add(ms);
      break;
    default:
  }
};
