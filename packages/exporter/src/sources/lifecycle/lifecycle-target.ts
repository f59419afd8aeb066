import type { RotatingKey } from '../../api-key.ts';

/** A deployment whose rooms are monitored. */
export interface LifecycleTarget extends RotatingKey {
  /** Label of its metrics. */
  name: string;
  /** http:// or https:// of its API. Null: webhooks only. */
  httpUrl: string | null;
  /** Of the Redis that its nodes share; ghosts are looked for only where it is given. */
  redisUrl: string | null;
  /** Between looks at the API and at Redis, ms. */
  intervalMs: number;
}
