import {
  FAULTS,
  type Journal,
  type JournalEntry,
  type RollbackReport,
  rollbackPending,
} from '@livekit-swarm/chaos';
import { SwarmError } from '@livekit-swarm/settings';

/** One line for each entry of the journal. */
export const describeRollbacks = ({
  rolledBack,
  running,
  failed,
  unreadable,
}: RollbackReport): string[] => [
  ...rolledBack.map((entry) => `Rolled back: ${describeEntry(entry)}.`),
  ...running.map(
    (entry) =>
      `Not touched: ${describeEntry(entry)}; its drill is still running (process ${entry.owner.pid}) and rolls it back.`,
  ),
  ...failed.map(
    ({ entry, error }) =>
      `Not rolled back: ${describeEntry(entry)}: ${error.message}${hintOf(error)}`,
  ),
  ...unreadable.map(
    ({ file, reason }) => `Not rolled back: ${file} cannot be read: ${reason}. ${BY_HAND}`,
  ),
];

/** The id of an injection is in the name of everything that it created, and of its journal file. */
const BY_HAND =
  'Check what is left ("nft list tables", stopped or terminated processes), roll it back, then remove the file.';

const hintOf = (error: Error): string =>
  error instanceof SwarmError && error.hint !== null ? `; ${error.hint}` : '';

/** `kill of node-1 by "kill-room-node", 2026-11-21T08:17:31.000Z`. */
const describeEntry = ({ fault, components, drill, injectedAt }: JournalEntry): string =>
  `${fault} of ${components.map(({ name }) => name).join(', ') || 'no component'} by "${drill}", ${injectedAt}`;

/**
 * Rolls back what an interrupted drill left: it would distort the next drill.
 * @throws SwarmError `rollback_failed` when something is still there
 */
export const rollbackLeftovers = async (
  journal: Journal,
  print: (line: string) => void,
): Promise<void> => {
  const report = await rollbackPending({ journal, faults: FAULTS });
  const { rolledBack, failed, unreadable } = report;
  if (rolledBack.length > 0) {
    print('An interrupted drill left faults behind.');
    for (const line of describeRollbacks({ rolledBack, running: [], failed: [], unreadable: [] }))
      print(line);
  }
  if (failed.length + unreadable.length === 0) return;
  throw new SwarmError(
    'rollback_failed',
    describeRollbacks({ rolledBack: [], running: [], failed, unreadable }).join('\n'),
    'the next drill would be distorted: remove the cause, then run "swarm chaos rollback"',
  );
};
