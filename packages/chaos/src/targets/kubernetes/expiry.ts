import type { ExpiryController } from '../platform.ts';

/**
 * What the cluster does on its own: it starts pods again, and Chaos Mesh ends a NetworkChaos after its
 * duration. A cordon has no duration.
 */
export const podExpiry = (): ExpiryController => ({
  missingCapability: async ({ name }, steps) =>
    steps.some(({ step }) => step === 'uncordon')
      ? `nothing in the cluster would uncordon the host of ${name}: a cordon has no duration`
      : null,
  arm: async () => [],
  disarm: async () => {},
});
