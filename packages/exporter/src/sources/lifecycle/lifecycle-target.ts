/** A deployment whose rooms are monitored. */
export interface LifecycleTarget {
  /** Label of its metrics. */
  name: string;
  /** http:// or https:// of its API. Null: webhooks only. */
  httpUrl: string | null;
  apiKey: string;
  apiSecret: string;
  /** Of the Redis that its nodes share; ghosts are looked for only where it is given. */
  redisUrl: string | null;
  /** Between looks at the API and at Redis, ms. */
  intervalMs: number;
}
