import { join } from 'node:path';
import { z } from 'zod';
import { testedServer } from '../chaos/tested-server.ts';
import { findUnfinished, type Resumable, sessionFolder, writeState } from '../resumable.ts';

const nightState = z.object({
  night: z.string(),
  seed: z.number(),
  deployment: z.string(),
  server: testedServer,
  /** Absolute path of the history in which its drills are. */
  history: z.string(),
  /** Drills in the order of execution. */
  drills: z.array(z.object({ name: z.string(), file: z.string(), sha256: z.string() })),
  /** True once every drill was executed, or cannot be. */
  isComplete: z.boolean(),
});

/** Order of a night, kept in its folder so that a killed night can be continued. */
export type NightState = z.infer<typeof nightState>;

/** File of the order, in the folder of a night. */
export const NIGHT_FILE = 'night.json';

const NIGHT: Resumable<NightState> = {
  state: nightState,
  schema: 'livekit-swarm/night-state/1',
  noun: 'night',
  content: 'the order of a night',
  folder: join('records', 'night'),
  file: NIGHT_FILE,
};

export const DEFAULT_HISTORY = join(NIGHT.folder, 'history.ndjson');

/** Default folder of a night that starts now. */
export const nightFolder = (at: Date): string => sessionFolder(NIGHT, at);

/** @throws SwarmError `record_not_written` */
export const writeNightState = (folder: string, state: NightState): Promise<void> =>
  writeState(NIGHT, folder, state);

/**
 * Finds the night to continue: in the given folder, or the last one that is not complete.
 * @throws SwarmError `usage` when there is none
 */
export const findUnfinishedNight = (
  given: string | undefined,
): { folder: string; state: NightState } => findUnfinished(NIGHT, given);
