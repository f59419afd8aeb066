/** What a load needs once its scenario is valid: `swarm` and `swarm run` load it then, as it is most of the program. */
export { readBaseline } from './compare/baseline.ts';
export { openOutput } from './output/output.ts';
export { prepareRun } from './prepare-run.ts';
export { executeSequence } from './scenario-sequence.ts';
export { readSharedRunFlags } from './target.ts';
