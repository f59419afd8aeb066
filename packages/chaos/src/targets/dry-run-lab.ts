import { SwarmError } from '@livekit-swarm/settings';
import { dryRunLocation } from './process/dry-run-location.ts';
import { processPlatform } from './process.ts';
import type { Platform } from './target.ts';

const notThere = async (): Promise<never> => {
  throw new SwarmError(
    'component_not_found',
    'this lab is not there yet: it can only be looked at',
  );
};

/** The lab of a drill before it is raised: its parts by name, and what this machine lets one do to them. Nothing can be injected into it. */
export const dryRunLab = (nodes: number): Platform => ({
  ...processPlatform(dryRunLocation(nodes)),
  // Its parts stand for children of this process, and are asked about as this process: they must not be sent anything.
  signal: notThere,
  start: notThere,
});
