import { FAULTS, type Journal, openJournal, rollbackPending } from '@livekit-swarm/chaos';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { describeRollbacks } from '../chaos/rollback-pending.ts';
import { type ScanFlags, scanForOrphans } from '../chaos/scan-for-orphans.ts';
import { type Console, write } from '../console.ts';

export interface ChaosRollbackFlags extends ScanFlags {
  force?: boolean;
  scan?: boolean;
}

/** Without effect on the journal, which names its targets. */
const SCAN_FLAGS = {
  ssh: '--ssh',
  sshConfig: '--ssh-config',
  docker: '--docker',
  kubernetes: '--kubernetes',
  kubeContext: '--kube-context',
  remove: '--remove',
} as const satisfies Partial<Record<keyof ScanFlags, string>>;

/**
 * `swarm chaos rollback`: rolls back faults left by interrupted drills. Exits with 3 when one could
 * not be rolled back.
 */
export const chaosRollbackCommand = async (
  flags: ChaosRollbackFlags,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  for (const [flag, name] of Object.entries(SCAN_FLAGS)) {
    if (flags[flag as keyof typeof SCAN_FLAGS] !== undefined && flags.scan !== true)
      throw usageError(`${name} has no effect without --scan`);
  }
  for (const [flag, name, of] of [
    [flags.sshConfig, SCAN_FLAGS.sshConfig, 'ssh'],
    [flags.kubeContext, SCAN_FLAGS.kubeContext, 'kubernetes'],
  ] as const) {
    if (flag !== undefined && flags[of] === undefined)
      throw usageError(`${name} has no effect without ${SCAN_FLAGS[of]}`);
  }
  if (flags.scan === true) return scanForOrphans(flags, env, stdout);
  const journal = openJournal();
  const report = await rollbackPending({ journal, faults: FAULTS, force: flags.force === true });
  const lines = describeRollbacks(report);
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify(asJson(report), null, 2)}\n`
      : `${lines.length === 0 ? nothingToRollBack(journal) : lines.join('\n')}\n`,
  );
  const { failed, unreadable, elsewhere, unknownOwner } = report;
  return failed.length + unreadable.length + elsewhere.length + unknownOwner.length > 0
    ? EXIT_CODES.unreachable.code
    : EXIT_CODES.passed.code;
};

/** Names the folder: the journal of a drill that ran with sudo is only found with sudo. */
const nothingToRollBack = ({ dir }: Journal): string => `Nothing to roll back in ${dir}.`;

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/rollback/1';

const asJson = ({
  rolledBack,
  running,
  elsewhere,
  unknownOwner,
  failed,
  unreadable,
}: Awaited<ReturnType<typeof rollbackPending>>): object => ({
  schema: SCHEMA,
  rolledBack,
  running,
  elsewhere,
  unknownOwner,
  failed: failed.map(({ entry, error }) => ({ ...entry, error: error.message })),
  unreadable,
});
