import { type Interruption, watchInterruption } from '@livekit-swarm/host';
import { EXIT_CODES } from '@livekit-swarm/settings';
import type { ProgressPrinter } from './progress-printer.ts';

/**
 * Ctrl-C during the runs of a command: the first is announced, the second ends the process.
 * @returns also `ignore`: an interruption ends no run any more, and nothing is printed
 */
export const interruptRuns = (
  printer: Pick<ProgressPrinter, 'print'>,
): Interruption & { ignore(): void } => {
  const interruption = watchInterruption();
  const announce = (): void =>
    printer.print('Interrupted: stopping gracefully. Press Ctrl-C again to force.');
  // After the running run has written its record to the disk.
  const exit = (): void => {
    setImmediate(() => process.exit(EXIT_CODES.interrupted.code));
  };
  interruption.stop.addEventListener('abort', announce);
  interruption.kill.addEventListener('abort', exit);
  return {
    ...interruption,
    ignore: () => {
      interruption.stop.removeEventListener('abort', announce);
      interruption.kill.removeEventListener('abort', exit);
    },
  };
};
