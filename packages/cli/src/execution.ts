/** The modules that a load needs once its scenario is valid: `swarm` and `swarm run` load them then, as they are most of the program. */
export { planRun } from '@livekit-swarm/campaign';
export { readBaseline } from './compare/baseline.ts';
export { openOutput } from './output/output.ts';
export { readSharedRunFlags } from './requests/target.ts';
export { executeSequence } from './scenario-sequence.ts';
