import { join } from 'node:path';
import { type FaultChoice, randomSettingsSchema } from '@livekit-swarm/chaos/random';
import { z } from 'zod';
import { testedServer } from '../chaos/tested-server.ts';
import { findUnfinished, type Resumable, sessionFolder, writeState } from '../resumable.ts';

const choice = z.object({
  fault: z.string(),
  targets: z.array(z.union([z.string(), z.object({ component: z.string() })])),
  params: z.array(z.record(z.string(), z.unknown())),
  needsDuration: z.boolean(),
}) satisfies z.ZodType<FaultChoice>;

const searchState = z.object({
  startedAt: z.string(),
  deployment: z.string(),
  server: testedServer,
  forMs: z.number(),
  drills: z.number().nullable(),
  settings: randomSettingsSchema,
  choices: z.array(choice),
  isComplete: z.boolean(),
});

/** Search, kept in its folder so that it can be continued. */
export type SearchState = z.infer<typeof searchState>;

export const SEARCH_FILE = 'search.json';
export const HISTORY_FILE = 'history.ndjson';

const SEARCH: Resumable<SearchState> = {
  state: searchState,
  schema: 'livekit-swarm/random-state/1',
  noun: 'search',
  content: 'a search',
  folder: join('records', 'random'),
  file: SEARCH_FILE,
};

/** Default folder of a search that starts now. */
export const searchFolder = (at: Date): string => sessionFolder(SEARCH, at);

/** @throws SwarmError `record_not_written` */
export const writeSearchState = (folder: string, state: SearchState): Promise<void> =>
  writeState(SEARCH, folder, state);

/**
 * Finds the search to continue: in the given folder, or the last one that is not complete.
 * @throws SwarmError `usage` when there is none
 */
export const findUnfinishedSearch = (
  given: string | undefined,
): { folder: string; state: SearchState } => findUnfinished(SEARCH, given);
