import type { MonitoredDeployment } from './deployment.ts';

/** A fault, and the alerts that the included rules must fire for it. */
export interface FaultCase {
  /** Short name for `--only`. */
  name: string;
  /** Description. */
  description: string;
  /** Alerts that must fire. */
  fires: readonly string[];
  /** Alerts that may also fire; any other alert is wrong. */
  may: readonly string[];
  /** Alerts that must resolve after the rollback. */
  resolves: readonly string[];
  /**
   * Alerts that always fire: their notifications must stop, and arrive again after the rollback.
   */
  stops?: readonly string[];
  /** Drops packets, which is done only in a private network namespace. */
  dropsPackets?: true;
  /**
   * Needs all earlier alerts to be resolved, because their notifications would be lost: Prometheus
   * reloads its configuration.
   */
  reloads?: true;
  /** @param inject called when everything is prepared and the fault starts */
  begin(deployment: MonitoredDeployment, inject: () => void): Promise<InjectedFault>;
}

export interface InjectedFault {
  /** Labels that alerts must have, by alert name. */
  about?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  rollback(): Promise<void>;
  /** Stops the traffic that is needed to observe the recovery; called before the next fault. */
  finish?(): Promise<void>;
}

/** Alerts on the error budget, whose long windows keep firing after the cause is removed. */
export const JOINS_FAILING: readonly string[] = ['1h', '6h', '1d', '3d'].map(
  (window) => `LiveKitJoinsFailing ${window}`,
);

/**
 * Alerts that fire when no participant can join: probes by every path, also after the rollback
 * until each path is probed again.
 */
export const PROBES_FAILING = ['LiveKitProbeFailing', 'LiveKitPathFailing'] as const;

/** Alerts that fire when Redis or a needed node fails: applications and their webhooks. */
export const SERVICE_ALERTS = ['LiveKitApiErrors', 'LiveKitWebhooksFailing'] as const;
