/**
 * Settings of a property test of `count` inputs in the nightly workflow, which tries others every
 * night. Elsewhere the inputs are always the same, and a fifth of them is tried.
 */
export const propertyRuns = (count: number): { numRuns: number } => ({
  numRuns: process.env.SWARM_PROPERTY_SEED === undefined ? Math.ceil(count / 5) : count,
});
