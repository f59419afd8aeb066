import type { History } from '@livekit-swarm/analysis';
import { type Span, spansOf } from './crossings.ts';
import { seriesQuery } from './series-queries.ts';

/**
 * When no media was received although tracks were published: an outage shows in no share of packets, since packets that were never sent have no
 * number. Searched between the first and the last received media.
 */
export const outageSpans = (history: History): Span[] => {
  const received = history.series(seriesQuery('bytes_received'))?.value ?? [];
  const sent = history.series(seriesQuery('bytes_sent'))?.value ?? [];
  const first = received.findIndex((bytes) => (bytes ?? 0) > 0);
  const last = received.findLastIndex((bytes) => (bytes ?? 0) > 0);
  if (first < 0) return [];
  return spansOf(
    received.map(
      (bytes, step) => step > first && step < last && bytes === 0 && (sent[step] ?? 0) > 0,
    ),
    history.stepMs,
  );
};
