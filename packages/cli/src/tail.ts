import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitWithParent } from '@livekit-swarm/host';

export interface TailOptions {
  files: readonly string[];
  /** Lines of each file, from its end. */
  lines: number;
  /** Follows the file until this is aborted. Null: only the current content. */
  following: AbortSignal | null;
}

/**
 * The ends of files, each under its name where there are several. What reads them goes when this
 * process does, however that happens.
 */
export const tail = async (
  { files, lines, following }: TailOptions,
  stdout: NodeJS.WritableStream,
): Promise<void> => {
  const flags = [
    '-n',
    String(lines),
    ...(following === null ? [] : ['-F']),
    ...(files.length > 1 ? ['-v'] : []),
  ];
  const [program, ...args] = exitWithParent(['tail', ...flags, '--', ...files]);
  // `following` reports the removal of a followed file.
  const reader = spawn(program, args, {
    stdio: ['ignore', 'pipe', following === null ? 'inherit' : 'ignore'],
  });
  const end = (): void => void reader.kill('SIGTERM');
  following?.addEventListener('abort', end, { once: true });
  if (following?.aborted) end();
  reader.stdout.pipe(stdout, { end: false });
  await once(reader, 'close');
};
