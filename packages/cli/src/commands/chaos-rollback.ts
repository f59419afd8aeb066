import { FAULTS, type Journal, openJournal, rollbackPending } from '@livekit-swarm/chaos';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { describeRollbacks } from '../chaos/rollback-pending.ts';
import { type Console, write } from '../console.ts';

/** `swarm chaos rollback`: takes back what drills left that were killed. Exits with 3 when something could not be taken back. */
export const chaosRollbackCommand = async (
  flags: { force?: boolean; json?: boolean },
  { stdout }: Console,
): Promise<ExitCode> => {
  const journal = openJournal();
  const report = await rollbackPending({ journal, faults: FAULTS, force: flags.force === true });
  const lines = describeRollbacks(report);
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify(asJson(report), null, 2)}\n`
      : `${lines.length === 0 ? sayNothing(journal) : lines.join('\n')}\n`,
  );
  const { failed, unreadable } = report;
  return failed.length + unreadable.length > 0
    ? EXIT_CODES.unreachable.code
    : EXIT_CODES.passed.code;
};

/** Who has carried a drill out with sudo must look there with sudo. */
const sayNothing = ({ dir }: Journal): string => `There is nothing to heal in ${dir}.`;

/** What `--json` prints. */
const SCHEMA = 'livekit-swarm/heal/1';

const asJson = ({
  rolledBack,
  running,
  failed,
  unreadable,
}: Awaited<ReturnType<typeof rollbackPending>>): object => ({
  schema: SCHEMA,
  healed: rolledBack,
  alive: running,
  failed: failed.map(({ entry, error }) => ({ ...entry, error: error.message })),
  unreadable,
});
