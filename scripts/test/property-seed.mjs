// Vitest setup of unit tests: every run of property tests tries the same cases, so that a change
// fails because of what it changes. SWARM_PROPERTY_SEED=NUMBER tries others; the nightly workflow
// sets it, and fast-check prints it with a failure.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SWARM_PROPERTY_SEED ?? 20_261_126) });
