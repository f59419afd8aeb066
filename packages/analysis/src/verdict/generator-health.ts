import type { GeneratorSummary, InterimSummary, Share } from '../summary/summary.ts';
import {
  LAGGING_MS,
  LAGGING_SHARE,
  LATE_JOINS_SHARE,
  LATE_SENDS_SHARE,
  MIN_LATE_SENDS,
  SATURATED,
  SATURATED_SHARE,
  SEND_ERRORS_SHARE,
  SOCKET_DROPS_SHARE,
  TICK_LATE_MS,
  TICK_LATE_SHARE,
} from './generator-limits.ts';

/**
 * One way in which the load generator impaired its own measurement. `value` and `limit` have one unit: the finding is that `value` is above `limit`
 * (for `no_samples`: below). Shares are from 0 to 1.
 */
export type HealthFinding =
  /** Worker processes that died. */
  | { code: 'worker_died'; value: number; limit: 0; workers: number }
  /** Samples in the record although participants joined. */
  | { code: 'no_samples'; value: 0; limit: 1 }
  /** Share of datagrams that full receive buffers of the generator dropped. */
  | { code: 'socket_drops'; value: number; limit: number; count: number }
  /** Share of packets that were sent more than 20 ms late. */
  | { code: 'late_sends'; value: number; limit: number; count: number }
  /** Share of packets that the kernel of the generator refused. */
  | { code: 'send_errors'; value: number; limit: number; count: number }
  /** Share of samples in which a pump thread woke more than `lateMs` late. */
  | { code: 'tick_lateness'; value: number; limit: number; lateMs: number; maxMs: number }
  /** Share of samples in which an event loop lagged more than `lagMs`. */
  | { code: 'event_loop_lag'; value: number; limit: number; lagMs: number }
  /** Share of joins that started more than a second late. */
  | { code: 'late_joins'; value: number; limit: number; count: number }
  /** Share of samples in which more than `busy` of all cores of the host were in use. */
  | { code: 'host_saturated'; value: number; limit: number; busy: number };

export type HealthCode = HealthFinding['code'];

const exceeds = ({ share }: Share, limit: number): boolean => share !== null && share > limit;

const countFinding = (
  code: 'socket_drops' | 'late_sends' | 'send_errors' | 'late_joins',
  { count, share }: Share,
  limit: number,
): HealthFinding => ({ code, value: share ?? 0, limit, count });

/** What makes the figures of a run untrustworthy; empty for a healthy generator, however busy it was. */
export const assessGenerator = (
  summary: Pick<InterimSummary, 'generator' | 'joins' | 'end'>,
): HealthFinding[] => {
  const found: HealthFinding[] = [];
  const { generator, joins } = summary;
  if (generator.workersDied > 0)
    found.push({
      code: 'worker_died',
      value: generator.workersDied,
      limit: 0,
      workers: generator.workers,
    });
  if (generator.samples === 0 && joins.joined > 0)
    found.push({ code: 'no_samples', value: 0, limit: 1 });
  if (exceeds(generator.socketDrops, SOCKET_DROPS_SHARE))
    found.push(countFinding('socket_drops', generator.socketDrops, SOCKET_DROPS_SHARE));
  if (generator.lateSends.count >= MIN_LATE_SENDS && exceeds(generator.lateSends, LATE_SENDS_SHARE))
    found.push(countFinding('late_sends', generator.lateSends, LATE_SENDS_SHARE));
  // A server that is gone makes the kernel refuse packets, too: thresholds judge that.
  if (
    exceeds(generator.sendErrors, SEND_ERRORS_SHARE) &&
    joins.disconnected === 0 &&
    summary.end?.reason !== 'server_died'
  )
    found.push(countFinding('send_errors', generator.sendErrors, SEND_ERRORS_SHARE));
  if (exceeds(generator.lateTickSamples, TICK_LATE_SHARE))
    found.push({
      code: 'tick_lateness',
      value: generator.lateTickSamples.share ?? 0,
      limit: TICK_LATE_SHARE,
      lateMs: TICK_LATE_MS,
      maxMs: Math.round(generator.tickLateness?.max ?? 0),
    });
  if (exceeds(generator.laggingSamples, LAGGING_SHARE))
    found.push({
      code: 'event_loop_lag',
      value: generator.laggingSamples.share ?? 0,
      limit: LAGGING_SHARE,
      lagMs: LAGGING_MS,
    });
  if (exceeds(generator.lateJoins, LATE_JOINS_SHARE))
    found.push(countFinding('late_joins', generator.lateJoins, LATE_JOINS_SHARE));
  const saturation = saturationOf(generator);
  if (saturation > SATURATED_SHARE)
    found.push({
      code: 'host_saturated',
      value: saturation,
      limit: SATURATED_SHARE,
      busy: SATURATED,
    });
  return found;
};

const saturationOf = ({ hostCpu }: GeneratorSummary): number => hostCpu?.saturated.share ?? 0;
