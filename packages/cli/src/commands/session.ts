import { readFile } from 'node:fs/promises';
import { checkToken } from '@livekit-swarm/exporter/token';
import { SESSION_REPORTERS } from '@livekit-swarm/report/session';
import {
  deleteIdentity,
  openJournal,
  type RoomView,
  readSpan,
  viewRoom,
} from '@livekit-swarm/sessions';
import {
  EXIT_CODES,
  type ExitCode,
  plural,
  readVariable,
  usageError,
} from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { exporterClient } from '../session/exporter-client.ts';

export interface SessionFlags extends ResultOutputFlags {
  exporter: string;
  file?: string;
  tokenFile?: string;
  since?: string;
  until?: string;
  deleteIdentity?: string;
}

/**
 * `swarm session`: a room or a participant in the session journal, and the leg that was impaired.
 * @throws SwarmError `usage`, `unreachable`
 */
export const sessionCommand = async (
  room: string | undefined,
  identity: string | undefined,
  flags: SessionFlags,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, env } = console;
  const output = openResultOutput(SESSION_REPORTERS, flags, console);
  if (flags.deleteIdentity !== undefined) {
    if (room !== undefined)
      throw usageError(
        '--delete-identity deletes a participant from all rooms',
        'leave the room out',
      );
    const deletedSessions = await deleteFrom(flags, flags.deleteIdentity, env);
    await write(
      stdout,
      flags.json === true
        ? `${JSON.stringify({ deletedSessions })}\n`
        : `${plural(deletedSessions, 'session')} deleted\n`,
    );
    return EXIT_CODES.passed.code;
  }
  if (room === undefined) throw usageError('no room is named', 'write swarm session ROOM');
  const view = await read(room, identity, flags, env);
  if (view === null)
    throw usageError(
      `there is no session of ${identity === undefined ? '' : `${identity} in `}room ${room} in that time`,
      'look further back: --since 72h',
    );
  return exitCodeAfter(await output.show(view), EXIT_CODES.passed.code);
};

const read = async (
  room: string,
  identity: string | undefined,
  flags: SessionFlags,
  env: NodeJS.ProcessEnv,
): Promise<RoomView | null> => {
  const { file, since, until } = flags;
  if (file === undefined) {
    const client = exporterClient({ url: flags.exporter, token: await tokenOf(flags, env) });
    const optional = Object.entries({ identity, since, until }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    return client.viewRoom({ room, ...Object.fromEntries(optional) });
  }
  const span = readSpan({ since, until }, Date.now());
  const journal = openJournal(file, { readOnly: true });
  try {
    return await viewRoom(journal, { room, identity: identity ?? null, ...span });
  } finally {
    journal.close();
  }
};

const deleteFrom = async (
  flags: SessionFlags,
  identity: string,
  env: NodeJS.ProcessEnv,
): Promise<number> => {
  if (flags.file === undefined)
    return exporterClient({ url: flags.exporter, token: await tokenOf(flags, env) }).deleteIdentity(
      identity,
    );
  const journal = openJournal(flags.file, { mustExist: true });
  try {
    return deleteIdentity(journal, identity);
  } finally {
    journal.close();
  }
};

const tokenOf = async (
  { tokenFile }: SessionFlags,
  env: NodeJS.ProcessEnv,
): Promise<string | null> => {
  if (tokenFile === undefined) {
    const token = readVariable(env, 'SWARM_EXPORTER_TOKEN')?.trim();
    return token === undefined ? null : checkToken(token, 'SWARM_EXPORTER_TOKEN');
  }
  const text = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `--token-file ${tokenFile}: cannot be read: ${error.code ?? error.message}`,
      'check the path and who may read it',
    );
  });
  return checkToken(text.trim(), '--token-file');
};
