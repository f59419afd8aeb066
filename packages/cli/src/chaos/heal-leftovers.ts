import {
  FAULTS,
  type HealReport,
  healPending,
  type Journal,
  type JournalEntry,
} from '@livekit-swarm/chaos';
import { SwarmError } from '@livekit-swarm/settings';

/** What was healed, could not be, and must not be, in sentences. */
export const sayHealed = ({ healed, alive, failed, unreadable }: HealReport): string[] => [
  ...healed.map((entry) => `Healed: ${sayEntry(entry)}.`),
  ...alive.map(
    (entry) =>
      `Left alone: ${sayEntry(entry)}; its drill still runs (process ${entry.owner.pid}) and heals it itself.`,
  ),
  ...failed.map(
    ({ entry, error }) => `Not healed: ${sayEntry(entry)}: ${error.message}${hintOf(error)}`,
  ),
  ...unreadable.map(({ file, why }) => `Not healed: ${file} cannot be read: ${why}. ${BY_HAND}`),
];

/** A fault leaves its id on all that it makes, and its file is called after it. */
const BY_HAND =
  'See for yourself what is left ("nft list tables", programs that are stopped or gone), take it back, then remove the file.';

const hintOf = (error: Error): string =>
  error instanceof SwarmError && error.hint !== null ? `; ${error.hint}` : '';

/** `kill of node-1 by "kill-room-node", 2026-11-21T08:17:31.000Z`. */
const sayEntry = ({ fault, members, drill, injectedAt }: JournalEntry): string =>
  `${fault} of ${members.map(({ name }) => name).join(', ') || 'nobody'} by "${drill}", ${injectedAt}`;

/**
 * Takes back what an earlier drill left that was killed: nothing may be measured on top of it.
 * @throws SwarmError `not-healed` when something is still there
 */
export const healLeftovers = async (
  journal: Journal,
  say: (line: string) => void,
): Promise<void> => {
  const report = await healPending({ journal, faults: FAULTS });
  const { healed, failed, unreadable } = report;
  if (healed.length > 0) {
    say('An earlier drill was killed and had left something behind.');
    for (const line of sayHealed({ healed, alive: [], failed: [], unreadable: [] })) say(line);
  }
  if (failed.length + unreadable.length === 0) return;
  throw new SwarmError(
    'not_healed',
    sayHealed({ healed: [], alive: [], failed, unreadable }).join('\n'),
    'a drill on top of that would tell nothing: see to it, then run "swarm chaos heal"',
  );
};
