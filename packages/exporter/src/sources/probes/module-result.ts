import type { ProbeResult } from '@livekit-swarm/probe';
import type { HlsResult } from './hls/probe-hls.ts';

/** Result of a probe with a module of any kind. */
export type ModuleResult = ProbeResult | HlsResult;

export const isHls = (result: ModuleResult): result is HlsResult => 'stream' in result;

/** Duration of the whole probe, ms. */
export const tookMs = (result: ModuleResult): number =>
  isHls(result) ? result.tookMs : result.observation.tookMs;
