/**
 * Note that the drain of a component has begun: a file of the journal, made by the process that
 * sends the first signal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, SwarmError } from '@livekit-swarm/settings';

/** Name of the file. */
export const drainNote = (id: string, component: string): string =>
  `${prefixOf(id)}${encodeURIComponent(component)}`;

/** Returns true for the name of a note of this entry. */
export const isDrainNote = (id: string, name: string): boolean => name.startsWith(prefixOf(id));

const prefixOf = (id: string): string => `${id}.drain-`;

/** Exit code when the note could not be made, and nothing was signalled. */
const NOT_NOTED = 75;
/** Exit code of a program that certainly has sent no signal. */
export const NOT_SIGNALLED = 76;
const SCRIPT = `
true > "$0" || exit ${NOT_NOTED}
"$@" && exit 0
code=$?
[ "$code" != ${NOT_SIGNALLED} ] || rm -f "$0"
exit "$code"
`;

/**
 * Makes a note, and runs the program that begins the drain. Both happen although this process is
 * killed meanwhile.
 * @param argv program that exits with `NOT_SIGNALLED` if it has certainly sent no signal
 * @throws SwarmError `journal_unavailable`, `fault_unavailable`: not signalled; `unreachable`:
 * perhaps signalled, and the note is there
 */
export const beginDrain = async (file: string, argv: readonly string[]): Promise<void> => {
  // A session of its own: neither Ctrl-C nor the end of this process reaches it.
  const child = spawn('sh', ['-c', SCRIPT, file, ...argv], {
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw new SwarmError('fault_unavailable', `sh cannot be started: ${messageOf(error)}`);
  })) as [number | null];
  if (code === 0) return;
  const why = stderr.trim().split('\n')[0] || `exit code ${code}`;
  switch (code) {
    case NOT_NOTED:
      throw new SwarmError(
        'journal_unavailable',
        `the note of a drain cannot be written: ${why}`,
        'the node was not signalled; make the folder of the journal writable',
      );
    case NOT_SIGNALLED:
      throw new SwarmError('fault_unavailable', `the node cannot be signalled: ${why}`);
    default:
      throw new SwarmError('unreachable', `whether the node was signalled is not known: ${why}`);
  }
};
