import type { ExpiryController } from '../platform.ts';

/**
 * What the cluster does on its own: it starts pods again, Chaos Mesh ends a NetworkChaos after its
 * duration, and the job controller ends a reservation.
 */
export const podExpiry = (): ExpiryController => ({
  missingCapability: async () => null,
  arm: async () => [],
  disarm: async () => {},
});
