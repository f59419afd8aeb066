/** Changes with what is incompatible only: fields may be added under the same name. */
export const RESULT_SCHEMA = 'livekit-swarm/result/2';

/** Several runs of one command. */
export const RESULTS_SCHEMA = 'livekit-swarm/results/2';
/** Of one side against another. */
export const COMPARISON_SCHEMA = 'livekit-swarm/comparison/1';
