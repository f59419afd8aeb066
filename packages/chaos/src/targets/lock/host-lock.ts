import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SwarmError } from '@livekit-swarm/settings';

/** Purpose of a lock: one drill at a time, and one rollback at a time. */
export type LockPurpose = 'drill' | 'rollback';

/** Lock that this process holds until it is disposed of. */
export interface HeldLock extends AsyncDisposable {
  /** @throws SwarmError `lock_lost` when the lock no longer excludes other drills */
  assertHeld(): void;
}

/**
 * Time without a sign of life after which the lock is free, s: its owner or the network has failed.
 */
const EXPIRES_AFTER_S = 30;
const SIGN_OF_LIFE_EVERY_MS = 5_000;
const ENDS_WITHIN_MS = 3_000;
const TAKEN = 75;
/**
 * Wait for the owner of a lock, s. A rollback waits for another one, which ends soon, or whose
 * owner has died: a rollback only removes a fault, so it is not refused.
 */
export const WAITS_S: Readonly<Record<LockPurpose, number>> = {
  drill: 0,
  rollback: 2 * EXPIRES_AFTER_S,
};

/**
 * Script that holds flock(2) on a file of the host until its input ends or pauses for too long. $0
 * is the purpose, $1 the longest wait in seconds. The file stays: removing it would allow two locks
 * on different files. Root's file is in a folder of root, because any user may hold a lock on a
 * file in /tmp. A file in /tmp is created with O_EXCL and opened for reading: all users may write
 * to /tmp, and may run drills.
 */
const HOLD = `file=/tmp/livekit-swarm-$0.lock
folder=/run/livekit-swarm
if [ "$(id -u)" = 0 ] && mkdir -p -m 700 "$folder" 2> /dev/null && [ -O "$folder" ]; then file=$folder/$0.lock; fi
(set -C; umask 0; : > "$file") 2> /dev/null
exec 9< "$file"
left=$1
until flock -n 9; do
  [ $? = 1 ] || exit 1
  [ "$left" -gt 0 ] || exit ${TAKEN}
  left=$((left - 1))
  sleep 1
done
echo locked
while [ -n "$(timeout ${EXPIRES_AFTER_S} head -n 1 9<&-)" ]; do :; done`;

/** Starts a program whose input and output are pipes, on this host or another one. */
export type StartProgram = (argv: readonly string[]) => ChildProcess;

/**
 * Starts a program outside the process group of the terminal: after Ctrl+C, the lock is needed
 * until the rollback is complete.
 */
export const startHere: StartProgram = ([program = '', ...args]) =>
  spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });

/**
 * Excludes other drills (or rollbacks) on a host, under any of its names. The lock ends with this
 * process.
 * @param where name of the host, for messages
 * @param waitS wait for the owner of the lock, s
 * @throws SwarmError `deployment_locked`; `fault_unavailable` when the host cannot lock
 */
export const lockHost = async (
  start: StartProgram,
  purpose: LockPurpose,
  where: string,
  waitS: number = WAITS_S[purpose],
): Promise<HeldLock> => {
  const program = start(['sh', '-c', HOLD, purpose, String(waitS)]);
  let stderr = '';
  program.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  program.stdin?.on('error', () => {});
  let isHeld = true;
  const ended = once(program, 'close')
    .then(
      ([code]) => Number(code ?? 1),
      (error: unknown) => {
        stderr ||= String(error);
        return 1;
      },
    )
    .finally(() => {
      isHeld = false;
    });
  const locked = new Promise<null>((resolve) => {
    program.stdout?.once('data', () => resolve(null));
  });
  const code = await Promise.race([locked, ended]);
  if (code === TAKEN) throw lockedError(purpose, where);
  if (code !== null) {
    throw new SwarmError(
      'fault_unavailable',
      `${where} cannot be locked against other drills: ${stderr.trim().split('\n').at(-1) || `exit code ${code}`}`,
      'it needs flock (util-linux) and timeout (coreutils)',
    );
  }
  const signs = setInterval(() => program.stdin?.write('.\n'), SIGN_OF_LIFE_EVERY_MS);
  signs.unref();
  return {
    assertHeld: () => {
      if (!isHeld) throw lostError(purpose, where, stderr.trim().split('\n').at(-1) ?? '');
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(signs);
      program.stdin?.end();
      const late = setTimeout(() => program.kill('SIGKILL'), ENDS_WITHIN_MS);
      await ended;
      clearTimeout(late);
    },
  };
};

/** @param holder name of the holder, and hint for waiting; null: unknown */
export const lockedError = (
  purpose: LockPurpose,
  where: string,
  holder: { name: string; hint: string } | null = null,
): SwarmError =>
  new SwarmError(
    'deployment_locked',
    `another ${purpose} is running on ${where}${holder === null ? '' : ` (${holder.name})`}: two at once would affect more than either is allowed to`,
    holder?.hint ?? 'wait until it is over',
  );

/** @param why the reason; empty: unknown */
export const lostError = (purpose: LockPurpose, where: string, why: string): SwarmError =>
  new SwarmError(
    'lock_lost',
    `the lock on ${where} is lost${why === '' ? '' : ` (${why})`}: another ${purpose} may have begun there`,
    'check the connection to it and its load, then run the drill again',
  );

/** Combines locks of several hosts. */
export const joinLocks = (locks: readonly HeldLock[]): HeldLock => ({
  assertHeld: () => {
    for (const lock of locks) lock.assertHeld();
  },
  [Symbol.asyncDispose]: async () => {
    await using all = new AsyncDisposableStack();
    for (const lock of locks) all.use(lock);
  },
});
