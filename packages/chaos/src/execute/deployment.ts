import type { Target } from '../targets/target.ts';

/** A deployment that drills are done to: how people get in, how its parts are reached, and where one can look at it. */
export interface DrillDeployment {
  target: Target;
  /** What it is called: what `--i-know-this-is` and a drill's `allow` name. */
  name: string;
  /** A lab of ours, which nobody else uses. */
  own: boolean;
  /** For clients: ws:// or wss://. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** What cannot be seen is left out of the report. */
  redisUrl: string | null;
  /** The load balancer's `/metrics`, as haproxy writes them. */
  balancerMetricsUrl: string | null;
  /** Prometheus: its alerts become part of the record. */
  prometheusUrl: string | null;
  /** Asked now and then: whether it is still the one that the repeat began with. @throws SwarmError when not: then nothing can be said of the server */
  confirm?(): Promise<void>;
}
