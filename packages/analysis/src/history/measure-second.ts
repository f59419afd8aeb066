import type { Labels } from '@livekit-swarm/metrics';
import { COORDINATOR_SHARD, type EventLine, type SampleLine } from '@livekit-swarm/record';
import { measureParticipantEvent } from '../summary/measure-participant-event.ts';
import { measureSeries } from '../summary/measure-series.ts';
import type { SecondMetrics } from './second-metrics.ts';

/** The media of a sample. */
export const measureMedia = (second: SecondMetrics, { series, shard }: SampleLine): void => {
  for (const one of series) measureSeries(second, one, { shard, steady: true });
};

/** Load generator health, by the same rules as the summary. */
export const measureGenerator = (
  second: SecondMetrics,
  { shard, series, generator }: SampleLine,
): void => {
  if (shard === COORDINATOR_SHARD) return;
  second.trend('event_loop_lag').add(generator.eventLoopLagMs);
  second.trend('tick_lateness').add(generator.tickLatenessMs);
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
 * An event of a participant: how often each happens, and the durations that it carries.
 * @param secondOf the second of a moment, ms after the start
 */
export const measureEvent = (line: EventLine, secondOf: (at: number) => SecondMetrics): void => {
  const { event, at, identity, group, role, phases, durationMs } = line;
  if (identity === undefined) return;
  const labels: Labels = {
    ...(group !== undefined && { group }),
    ...(role !== undefined && { role }),
  };
  secondOf(at).countEvent(event);
  // A join counts when it was scheduled, as in windows.
  if (event === 'joined') secondOf(at - (phases?.joined ?? 0)).rate('join_failures', labels, 0, 1);
  if (event === 'join_failed') secondOf(at - (durationMs ?? 0)).rate('join_failures', labels, 1, 1);
  measureParticipantEvent(line, labels, (when) => [secondOf(when)]);
};
