import { type MetricReader, MetricSet } from '@livekit-swarm/metrics';
import type { WebhookComparison } from '../compare/compare-webhooks.ts';
import type { Finding } from '../compare/finding.ts';
import type { ListingComparison } from '../listing/compare-listing.ts';

/** Turns comparisons into metrics. */
export const measurePresence = (
  { findings, tally }: WebhookComparison,
  { times }: ListingComparison,
): MetricReader => {
  const metrics = new MetricSet();
  const count = (code: Finding['code']): number =>
    findings.reduce(
      (sum, finding) =>
        finding.code === code ? sum + ('times' in finding ? finding.times : 1) : sum,
      0,
    );
  metrics.count('presence_missed', {}, count('missed'));
  metrics.count('presence_duplicates', {}, count('delivered_again') + count('repeated'));
  metrics.count('presence_unexpected', {}, count('unexpected'));
  metrics.count('presence_out_of_order', {}, count('out_of_order'));
  for (const { delay } of tally.rows)
    if (delay.count > 0) metrics.trend('webhook_delay').merge(delay);
  for (const { unlistedMs, ghostMs } of times) {
    if (unlistedMs !== null) metrics.trend('presence_unlisted_time').add(unlistedMs);
    if (ghostMs !== null) metrics.trend('presence_ghost_time').add(ghostMs);
  }
  return metrics;
};
