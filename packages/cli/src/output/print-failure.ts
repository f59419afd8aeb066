import { diskReason } from '@livekit-swarm/host';
import { hasErrorCode } from '@livekit-swarm/settings';
import { type OutputStream, write } from '../console.ts';
import { formatError } from '../error-text.ts';

export interface Failure {
  /** Name of the report. */
  name: string;
  where: string;
  error: unknown;
  /** Advice for rendering the report again. */
  hint: string;
}

/** Reports why a report could not be written, and how to render it again. */
export const printFailure = async (
  stderr: OutputStream,
  { name, where, error, hint }: Failure,
): Promise<void> => {
  const ours = !hasErrorCode(error, 'bad_record') && !isOfTheSystem(error);
  const why = ours && error instanceof Error ? (error.stack ?? error.message) : diskReason(error);
  await write(
    stderr,
    formatError({
      message: `the report ${name} could not be written to ${where}: ${why}`,
      hint: ours
        ? 'this is a bug in swarm: please report it; the verdict stands, the other reports are made'
        : hint,
    }),
  );
};

const isOfTheSystem = (error: unknown): boolean =>
  error instanceof Error && ('syscall' in error || 'errno' in error);
