import type { NodeForecast } from '@livekit-swarm/chaos/scale';
import type { MachineHour } from '@livekit-swarm/cost';

/** Source of what a node carries. */
export type CarriesSource =
  | { type: 'stated' }
  /** Measured by `swarm capacity`. `scaledTo`: vCPUs of another machine; null: as measured. */
  | { type: 'measured'; scenario: string; cores: number | null; scaledTo: number | null };

/** A forecast, with what it was made of. */
export interface ForecastView {
  name: string;
  forecast: NodeForecast;
  carries: CarriesSource;
  /** Price of an hour of each node; null: no machine was named. */
  price: MachineHour | null;
  /** Workload of the nodes on Kubernetes, for the settings of its autoscaler. */
  workload: Workload;
}

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet'] as const;

export interface Workload {
  kind: (typeof WORKLOAD_KINDS)[number];
  name: string;
}
