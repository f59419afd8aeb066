import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SwarmError } from '@livekit-swarm/settings';

/** End of a program. */
export interface ToolEnd {
  status: number | null;
  /** Lines of stderr: the first ones, and how many there were. */
  complaints: readonly string[];
  complained: number;
}

/** Lines of stderr that are kept: a damaged file has one for each frame. */
const MOST_COMPLAINTS = 20;

/**
 * Runs ffprobe or ffmpeg to its end, without a shell.
 * @param onLine called with each line of stdout
 * @throws SwarmError `no_program`; the reason of the signal when it is aborted
 */
export const runMediaTool = async (
  program: 'ffprobe' | 'ffmpeg',
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<ToolEnd> => {
  signal.throwIfAborted();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const complaints: string[] = [];
  let complained = 0;
  createInterface(child.stdout).on('line', onLine);
  createInterface(child.stderr).on('line', (line) => {
    complained++;
    if (complaints.length < MOST_COMPLAINTS) complaints.push(line);
  });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, complaints, complained };
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new SwarmError(
      'no_program',
      `${program} is not installed on this host`,
      'install it: "apt-get install ffmpeg" on Debian',
    );
  }
};

/** Asserts that ffprobe and ffmpeg can be started. @throws SwarmError `no_program` */
export const expectMediaTools = async (signal: AbortSignal): Promise<void> => {
  for (const program of ['ffprobe', 'ffmpeg'] as const)
    await runMediaTool(program, ['-version'], () => {}, signal);
};

/**
 * Arguments that name a file as input. Whatever it holds, it may only lead to other files of this
 * host.
 */
export const inputOf = (file: string): string[] => [
  ...['-protocol_whitelist', 'file,crypto,data', '-i', `file:${file}`],
];
