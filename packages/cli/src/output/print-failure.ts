import { dirname } from 'node:path';
import { diskReason } from '@livekit-swarm/host';
import { isRun, type Outcome } from '@livekit-swarm/report';
import { hasErrorCode } from '@livekit-swarm/settings';
import { type OutputStream, write } from '../console.ts';
import { formatError } from '../error-text.ts';

export interface Failure {
  /** Of the report. */
  name: string;
  where: string;
  error: unknown;
  outcomes: readonly Outcome[];
}

/** Reports why a report could not be written, and how to render it again. */
export const printFailure = async (
  stderr: OutputStream,
  { name, where, error, outcomes }: Failure,
): Promise<void> => {
  const ours = !hasErrorCode(error, 'bad_record') && !isOfTheSystem(error);
  const why = ours && error instanceof Error ? (error.stack ?? error.message) : diskReason(error);
  await write(
    stderr,
    formatError({
      message: `the report ${name} could not be written to ${where}: ${why}`,
      hint: ours
        ? 'this is a bug in swarm: please report it; the verdict stands, the other reports are made'
        : againHint(name, outcomes),
    }),
  );
};

const isOfTheSystem = (error: unknown): boolean =>
  error instanceof Error && ('syscall' in error || 'errno' in error);

const againHint = (name: string, outcomes: readonly Outcome[]): string => {
  const record = outcomes.flatMap((outcome) =>
    isRun(outcome) && outcome.recordPath !== null ? [outcome.recordPath] : [],
  )[0];
  return record === undefined
    ? `give another place: --report ${name}=FILE`
    : `the verdict stands, and the record has everything: swarm report ${dirname(record)} --report ${name}=FILE`;
};
