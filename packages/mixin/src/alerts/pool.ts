import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert, RuleTest } from '../rule.ts';

/** Time for which a pool without instances is remembered: PromQL duration. */
const GONE = '1d';

/** Instances of a service that takes work from a queue of its own. */
export interface Pool {
  job: string;
  /** Gauge of each instance: 1 while it accepts work. */
  accepts: string;
  /** Labels of an instance in rule tests. */
  labelsOf(instance: string): Labels;
  /** Text of the alert about the pool of a job. */
  describe(job: string): string;
}

/** Parts of an alert on a pool none of whose instances accepts work. */
export const poolAlert = (
  { cluster, test }: Names,
  { job, accepts, labelsOf, describe }: Pool,
): Pick<Alert, 'expr' | 'description'> & {
  fires: RuleTest['fires'];
  /** Name of a series of an instance. */
  seriesOfInstance(metric: string, instance: string): string;
  /** Rule tests of pools that end. */
  goneTests(firesAt: string): RuleTest[];
} => {
  const labels = { [cluster]: test.ofJob[cluster] ?? '', job };
  const fires = [{ labels, description: describe(job) }];
  const seriesOfInstance = (metric: string, instance: string): string =>
    seriesOf(metric, { ...labels, instance, ...labelsOf(instance) });
  const acceptsOf = (instance: string): string => seriesOfInstance(accepts, instance);
  return {
    // A pool whose instances are all gone has no series; one that was scaled to none is alike.
    expr: `max by (${cluster}, job) (${accepts}) == 0
or
count by (${cluster}, job) (last_over_time(${accepts}[${GONE}])) * 0
unless
count by (${cluster}, job) (${accepts})`,
    description: describe('{{ $labels.job }}'),
    fires,
    seriesOfInstance,
    goneTests: (firesAt) => [
      {
        // One instance ends after ten minutes, and the other one, busy all the time, after thirty.
        series: { [acceptsOf('a')]: '1x10 stale', [acceptsOf('b')]: '1x30 stale' },
        silentAt: '30m',
        firesAt,
        fires,
      },
      {
        // The alert holds while the pool is gone, hours later, and ends with its memory.
        series: { [acceptsOf('a')]: '1x10 stale' },
        silentAt: '25h',
        firesAt: '20h',
        fires,
      },
    ],
  };
};
