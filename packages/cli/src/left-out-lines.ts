import type { Target } from '@livekit-swarm/campaign';
import type { ServerSpec } from '@livekit-swarm/campaign/server';

/** One line for each server whose configuration has keys that are not used. */
export const leftOutLines = (servers: readonly ServerSpec[]): string[] =>
  servers.flatMap(({ name, leftOut }) =>
    leftOut.length === 0
      ? []
      : [
          `${name}: settings of its configuration that are ignored, because the lab sets them or must not change them: ${leftOut.join(', ')}`,
        ],
  );

/** The same for the target of a run. */
export const leftOutLinesOf = (target: Target): string[] =>
  target.type === 'embedded' && target.server !== null ? leftOutLines([target.server]) : [];
