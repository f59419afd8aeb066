/** Changes of a load balancer that close no connection. */
import type { BalancerCertificate } from '@livekit-swarm/lab';

/** Signal by which programs without another way reload their configuration. */
export type ReloadSignal = 'SIGHUP' | 'SIGUSR2';

/** Component by its name. */
interface Named {
  readonly name: string;
}

/** Control of a load balancer. Every call may be repeated, also by another process. */
export interface BalancerControl {
  /** Reason for which it cannot be reloaded; null: it can. Changes nothing. */
  whyNotReloadable(component: Named): Promise<string | null>;
  /**
   * Reloads the configuration; resolves when the present one is in effect.
   * @param signal used where the platform has no other way
   * @throws SwarmError `reload_failed`
   */
  reload(component: Named, signal: ReloadSignal): Promise<void>;
  /** Certificates. Absent: the drill cannot replace them here. */
  readonly certificates?: CertificateControl;
  /**
   * Lets the load balancer send new connections to a node, or not; no effect without a load
   * balancer. Absent: it goes by its own health checks.
   * @throws SwarmError `reload_failed`
   */
  useNode?(node: Named, use: boolean): Promise<void>;
}

export interface CertificateControl {
  /** Present certificate; null: the load balancer does not terminate TLS. */
  present(component: Named): Promise<BalancerCertificate | null>;
  /** Replaces the certificate, and reloads. */
  use(component: Named, certificate: BalancerCertificate): Promise<void>;
}
