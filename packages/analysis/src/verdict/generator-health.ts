import type { GeneratorSummary, InterimSummary, Share } from '../summary/summary.ts';
import {
  LAGGING_MS,
  LAGGING_SHARE,
  LATE_JOINS_SHARE,
  LATE_SENDS_LEAST,
  LATE_SENDS_SHARE,
  SATURATED,
  SATURATED_SHARE,
  SEND_ERRORS_SHARE,
  SOCKET_DROPS_SHARE,
  TICK_LATE_MS,
  TICK_LATE_SHARE,
} from './generator-limits.ts';

export type HealthRule =
  | 'worker_died'
  | 'socket_drops'
  | 'late_sends'
  | 'send_errors'
  | 'tick_late'
  | 'event_loop_lag'
  | 'late_joins'
  | 'machine_saturated'
  | 'no_samples';

/** A way in which the generator damaged its own measurement, and a sentence that says what to do. */
export interface HealthFinding {
  rule: HealthRule;
  sentence: string;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

const above = ({ share }: Share, limit: number): boolean => share !== null && share > limit;

const FEWER = 'use fewer participants, more cores or a second machine';

/** What makes the figures of a run untrustworthy; empty for a healthy generator, however busy it was. */
export const assessGenerator = (
  summary: Pick<InterimSummary, 'generator' | 'joins' | 'end'>,
): HealthFinding[] => {
  const found: HealthFinding[] = [];
  const say = (rule: HealthRule, sentence: string): number => found.push({ rule, sentence });
  const { generator: own, joins } = summary;
  if (own.workersDied > 0) {
    say(
      'worker_died',
      `${own.workersDied} of ${own.workers} worker processes died: their participants were lost on our side, not the server's; see the record's logs.`,
    );
  }
  if (own.samples === 0 && joins.joined > 0)
    say('no_samples', 'The record holds no samples: nothing is known about the media.');
  if (above(own.socketDrops, SOCKET_DROPS_SHARE)) {
    say(
      'socket_drops',
      `${own.socketDrops.count} datagrams (${percent(own.socketDrops.share ?? 0)}) were dropped by our own full receive buffers: that loss is not the server's; ${FEWER}, or raise net.core.rmem_max.`,
    );
  }
  if (own.lateSends.count >= LATE_SENDS_LEAST && above(own.lateSends, LATE_SENDS_SHARE)) {
    say(
      'late_sends',
      `${percent(own.lateSends.share ?? 0)} of the packets left more than 20 ms late: jitter and latency are partly our own; ${FEWER}.`,
    );
  }
  // A server that is gone makes the kernel refuse packets, too: that is for the thresholds to tell.
  if (
    above(own.sendErrors, SEND_ERRORS_SHARE) &&
    joins.disconnected === 0 &&
    summary.end?.reason !== 'server_died'
  ) {
    say(
      'send_errors',
      `${percent(own.sendErrors.share ?? 0)} of the packets were refused by our own kernel: loss on the way up is partly our own; ${FEWER}, or raise net.core.wmem_max.`,
    );
  }
  if (above(own.tickLateSamples, TICK_LATE_SHARE)) {
    say(
      'tick_late',
      `The packet pump woke more than ${TICK_LATE_MS} ms late in ${percent(own.tickLateSamples.share ?? 0)} of the samples (worst ${Math.round(own.tickLate?.max ?? 0)} ms): it was starved of processor time; ${FEWER}.`,
    );
  }
  if (above(own.lagging, LAGGING_SHARE)) {
    say(
      'event_loop_lag',
      `Event loops lagged more than ${LAGGING_MS} ms in ${percent(own.lagging.share ?? 0)} of the samples: join times are partly our own; use a lower --join-rate, more --workers or fewer participants.`,
    );
  }
  if (above(own.lateJoins, LATE_JOINS_SHARE)) {
    say(
      'late_joins',
      `${percent(own.lateJoins.share ?? 0)} of the joins began more than a second after they were due: we could not keep up with the join rate; use a lower --join-rate or more cores.`,
    );
  }
  if (saturated(own)) {
    say(
      'machine_saturated',
      `All cores of this machine were busy (more than ${percent(SATURATED)}) in ${percent(own.machineBusy?.saturated.share ?? 0)} of the samples: whatever ran here, a server beside us included, was short of processor time; ${FEWER}.`,
    );
  }
  return found;
};

const saturated = (own: GeneratorSummary): boolean =>
  own.machineBusy !== null && above(own.machineBusy.saturated, SATURATED_SHARE);
