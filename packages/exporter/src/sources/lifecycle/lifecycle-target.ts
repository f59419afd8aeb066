import type { RotatingKey } from '../../api-key.ts';
import type { MeteringRules } from './metering/groups.ts';

/**
 * Deployment by its name, which is the label of its metrics, with its keys. The object is shared
 * and never copied: keys change when their files do.
 */
export interface NamedDeployment extends RotatingKey {
  readonly name: string;
}

/** Deployment whose rooms are monitored. */
export interface LifecycleTarget {
  deployment: NamedDeployment;
  /** URL of the API, http:// or https://; null: webhooks only. */
  httpUrl: string | null;
  /** URL of the Redis that the nodes share; null: ghost rooms are not detected. */
  redisUrl: string | null;
  /** Interval of the polls of the API and of Redis, ms. */
  intervalMs: number;
  /** Rules of metering; null: minutes and traffic are not metered. */
  metering: MeteringRules | null;
}
