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
  elsewhere,
  unknownOwner,
  failed,
  unreadable,
}: RollbackReport): string[] => [
  ...rolledBack.map((entry) => `Rolled back: ${describeEntry(entry)}.`),
  ...running.map(
    (entry) =>
      `Not touched: ${describeEntry(entry)}; its drill is still running (process ${entry.owner.pid}) and rolls it back.`,
  ),
  ...elsewhere.map(
    (entry) =>
      `Not rolled back: ${describeEntry(entry)}: it is on ${describeHost(entry)}, not here. Run "swarm chaos rollback" there.`,
  ),
  ...unknownOwner.map(
    (entry) =>
      `Not rolled back: ${describeEntry(entry)}: its drill was started on ${describeHost(entry)} and may still run. When it does not, add --force.`,
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

/** `host "ci-7", PID namespace 4026532281 (process 4711)`. */
const describeHost = ({ host: { hostname, pidNamespace }, owner }: JournalEntry): string =>
  `host "${hostname}"${pidNamespace === null ? '' : `, PID namespace ${pidNamespace}`} (process ${owner.pid})`;

const NONE: RollbackReport = {
  rolledBack: [],
  running: [],
  elsewhere: [],
  unknownOwner: [],
  failed: [],
  unreadable: [],
};

/**
 * Rolls back what an interrupted drill left: it would distort the next drill.
 * @throws SwarmError `rollback_failed` when something is still there
 */
export const rollbackLeftovers = async (
  journal: Journal,
  print: (line: string) => void,
): Promise<void> => {
  const report = await rollbackPending({ journal, faults: FAULTS });
  const { rolledBack, elsewhere, unknownOwner, failed, unreadable } = report;
  // Of other hosts: they do not keep this drill from its own target.
  for (const line of describeRollbacks({ ...NONE, elsewhere, unknownOwner }))
    print(`warning: ${line}`);
  if (rolledBack.length > 0) {
    print('An interrupted drill left faults behind.');
    for (const line of describeRollbacks({ ...NONE, rolledBack })) print(line);
  }
  if (failed.length + unreadable.length === 0) return;
  throw new SwarmError(
    'rollback_failed',
    describeRollbacks({ ...NONE, failed, unreadable }).join('\n'),
    'the next drill would be distorted: remove the cause, then run "swarm chaos rollback"',
  );
};
