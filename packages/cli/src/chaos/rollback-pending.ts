import {
  FAULTS,
  type Journal,
  type JournalEntry,
  type RollbackReport,
  rollbackPending,
} from '@livekit-swarm/chaos';
import { SwarmError } from '@livekit-swarm/settings';

/** What was healed, could not be, and must not be, in sentences. */
export const describeRollbacks = ({
  rolledBack,
  running,
  failed,
  unreadable,
}: RollbackReport): string[] => [
  ...rolledBack.map((entry) => `Healed: ${describeEntry(entry)}.`),
  ...running.map(
    (entry) =>
      `Left alone: ${describeEntry(entry)}; its drill still runs (process ${entry.owner.pid}) and heals it itself.`,
  ),
  ...failed.map(
    ({ entry, error }) => `Not healed: ${describeEntry(entry)}: ${error.message}${hintOf(error)}`,
  ),
  ...unreadable.map(
    ({ file, reason }) => `Not healed: ${file} cannot be read: ${reason}. ${BY_HAND}`,
  ),
];

/** A fault leaves its id on all that it makes, and its file is called after it. */
const BY_HAND =
  'See for yourself what is left ("nft list tables", programs that are stopped or gone), take it back, then remove the file.';

const hintOf = (error: Error): string =>
  error instanceof SwarmError && error.hint !== null ? `; ${error.hint}` : '';

/** `kill of node-1 by "kill-room-node", 2026-11-21T08:17:31.000Z`. */
const describeEntry = ({ fault, components, drill, injectedAt }: JournalEntry): string =>
  `${fault} of ${components.map(({ name }) => name).join(', ') || 'nobody'} by "${drill}", ${injectedAt}`;

/**
 * Takes back what an earlier drill left that was killed: nothing may be measured on top of it.
 * @throws SwarmError `rollback_failed` when something is still there
 */
export const rollbackLeftovers = async (
  journal: Journal,
  say: (line: string) => void,
): Promise<void> => {
  const report = await rollbackPending({ journal, faults: FAULTS });
  const { rolledBack, failed, unreadable } = report;
  if (rolledBack.length > 0) {
    say('An earlier drill was killed and had left something behind.');
    for (const line of describeRollbacks({ rolledBack, running: [], failed: [], unreadable: [] }))
      say(line);
  }
  if (failed.length + unreadable.length === 0) return;
  throw new SwarmError(
    'rollback_failed',
    describeRollbacks({ rolledBack: [], running: [], failed, unreadable }).join('\n'),
    'a drill on top of that would tell nothing: see to it, then run "swarm chaos rollback"',
  );
};
