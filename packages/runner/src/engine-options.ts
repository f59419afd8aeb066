import type { EngineOptions } from '@livekit-swarm/engine';
import type { RunOptions } from './run-options.ts';
import type { ShardAssignment } from './worker-protocol.ts';

const JOIN_TIMEOUT_MS = 15_000;
const JOIN_ATTEMPTS = 4;

/**
 * Options for the engines of all workers, on any host.
 * @param environment environment of the coordinator; workers that got their shards by a queue have
 * another one
 */
export const engineOptions = (
  {
    allocation,
    reconnectPolicy = 'sdk',
    watchMedia = false,
  }: Pick<RunOptions, 'allocation' | 'reconnectPolicy' | 'watchMedia'>,
  signalling: EngineOptions['signalling'],
  { SWARM_TURN: turn = '' }: NodeJS.ProcessEnv = process.env,
): ShardAssignment['engine'] => ({
  threads: allocation.threads,
  joinTimeoutMs: JOIN_TIMEOUT_MS,
  joinAttempts: JOIN_ATTEMPTS,
  signalling,
  reconnectPolicy,
  watchMedia,
  ...(turn !== '' && { turn }),
});
