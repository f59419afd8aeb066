import { spawnSync } from 'node:child_process';

const INSTALL =
  'On Debian: apt-get install ffmpeg espeak-ng fonts-dejavu-core gcc libvpx-dev libaom-dev';

/**
 * Runs a program to its end with this stdin, and returns its stdout.
 * @throws Error when the program is missing, fails, or writes to stderr
 */
export const runTool = (program: string, args: string[], input?: Uint8Array): Buffer => {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    maxBuffer: 2 ** 30,
    ...(input !== undefined && { input }),
  });
  if (error) throw new Error(`${program} could not be started (${error.message}). ${INSTALL}`);
  const complaint = stderr.toString().trim();
  if (status !== 0 || complaint !== '')
    throw new Error(`${program} ${args.join(' ')}\nended with ${status}: ${complaint}`);
  return stdout;
};

/**
 * Runs ffmpeg, which replaces its output file, prints only errors, and writes the same bytes each
 * time.
 */
export const ffmpeg = (...args: string[]): Buffer =>
  runTool('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);

/** Version that a program prints. */
export const toolVersion = (program: string, flag: string): string =>
  /\d[\w.:+~-]*/.exec(runTool(program, [flag]).toString())?.[0] ?? 'unknown';
