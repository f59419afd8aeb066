import { SwarmError } from '@livekit-swarm/settings';
import type { Platform } from './platform.ts';
import { dryRunLocation } from './process/dry-run-location.ts';
import { processPlatform } from './process.ts';

const notThere = async (): Promise<never> => {
  throw new SwarmError(
    'component_not_found',
    'the lab of a dry run does not exist: nothing can be injected into it',
  );
};

/** The lab that a drill would start: its components, and the faults available on this host. */
export const dryRunLab = (nodes: number): Platform => ({
  ...processPlatform(dryRunLocation(nodes)),
  // Its components are represented by this process, which must not receive their signals.
  signal: notThere,
  start: notThere,
});
