/** Settings of a lab's load balancer that change while it runs. */
import type { BalancerCertificate } from './balancer-certificate.ts';
import type { Service } from './service.ts';
import type { ServiceSpec } from './service-spec.ts';

export interface BalancerSettings {
  certificate: BalancerCertificate;
  /** Nodes that get no new connections. */
  leftOut: ReadonlySet<string>;
}

/** Settings with which the load balancer starts. */
export const FIRST_SETTINGS: BalancerSettings = { certificate: 'first', leftOut: new Set() };

/** Describes the load balancer with other settings. */
export type DescribeBalancer = (settings: BalancerSettings) => Promise<ServiceSpec>;

/** Load balancer of a lab. */
export interface ChangeableBalancer {
  readonly present: BalancerSettings;
  /**
   * Gives the load balancer other settings, and reloads it: connections stay. No effect if `change`
   * returns the present ones.
   * @throws SwarmError `reload_failed`
   */
  use(change: (present: BalancerSettings) => BalancerSettings): Promise<void>;
}

export const changeableBalancer = (
  describe: DescribeBalancer,
  balancer: Pick<Service, 'describe' | 'pid' | 'reload'>,
): ChangeableBalancer => {
  let present = FIRST_SETTINGS;
  let last: Promise<void> = Promise.resolve();
  const apply = async (next: BalancerSettings): Promise<void> => {
    balancer.describe(await describe(next));
    try {
      if (balancer.pid !== null) await balancer.reload();
    } catch (error) {
      // It continues with the settings that it has; a rollback tries again.
      balancer.describe(await describe(present));
      throw error;
    }
    present = next;
  };
  return {
    get present() {
      return present;
    },
    // One after the other: nodes that are left out at the same time must not bring each other back.
    use: (change) => {
      const next = last
        .catch(() => {})
        .then(async () => {
          const changed = change(present);
          if (changed !== present) await apply(changed);
        });
      last = next;
      return next;
    },
  };
};
