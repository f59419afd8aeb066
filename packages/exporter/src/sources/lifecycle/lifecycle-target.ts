import type { RotatingKey } from '../../api-key.ts';
import type { MeteringRules } from './metering/groups.ts';

/** A deployment by its name, which is the label of its metrics, with its keys. Held, never copied: keys change when their files do. */
export interface NamedDeployment extends RotatingKey {
  readonly name: string;
}

/** A deployment whose rooms are monitored. */
export interface LifecycleTarget {
  deployment: NamedDeployment;
  /** http:// or https:// of its API. Null: webhooks only. */
  httpUrl: string | null;
  /** Of the Redis that its nodes share; ghosts are looked for only where it is given. */
  redisUrl: string | null;
  /** Between looks at the API and at Redis, ms. */
  intervalMs: number;
  /** Null: minutes and traffic are not metered. */
  metering: MeteringRules | null;
}
