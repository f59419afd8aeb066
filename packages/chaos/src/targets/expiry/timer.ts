import { SwarmError } from '@livekit-swarm/settings';
import type { CommandResult, ExpiryMethod } from '../platform.ts';

/** Runs programs on the target, as root if possible. */
type Run = (argv: readonly string[]) => Promise<CommandResult>;

/** Name in systemd units, and in the command line of a detached process. */
const timerName = (id: string): string => `swarm-expiry-${id}`;

/**
 * Starts a timer on the host of `run` that executes a script of /bin/sh after that time, even when
 * this process, its host or the connection has failed: a transient timer of systemd, or a detached
 * process. Rejects a script that the shell of the target cannot parse.
 * @throws SwarmError `expiry_unavailable`
 */
export const armTimer = async (
  run: Run,
  id: string,
  afterMs: number,
  script: string,
): Promise<ExpiryMethod> => {
  const seconds = String(Math.max(1, Math.ceil(afterMs / 1_000)));
  const text = script.trim();
  const result = await run(['sh', '-c', ARM, timerName(id), seconds, text, encode(text)]);
  const method = result.stdout.trim();
  if (result.code === 0 && (method === 'systemd_timer' || method === 'detached_process'))
    return method;
  throw new SwarmError(
    'expiry_unavailable',
    `the automatic rollback cannot be armed on the target: ${result.stderr.trim().split('\n')[0] || `exit code ${result.code}`}`,
    'see "swarm chaos doctor"',
  );
};

/**
 * Encodes a script in letters that systemd does not replace: in arguments it replaces `$NAME`,
 * `${NAME}` and `$$` (systemd.service(5), "Command lines"), and `%` when it reads the unit again
 * after a reload. Doubling `$` is not enough: after a reload of systemd 252 a doubled one stays
 * doubled. The shell parses the group as a whole before it runs any of it.
 */
const encode = (script: string): string =>
  Buffer.from(`{\n${script}\n} < /dev/null`).toString('base64');

/**
 * Script that starts the timer with a parent, session and output apart from the connection. Without
 * root, and in a container without systemd, systemd-run fails at once. The script decodes its
 * argument and compares it first.
 */
const ARM = `
name=$0; seconds=$1; script=$2; encoded=$3
group="{
$script
} < /dev/null"
parsed=$(printf '%s\n' "$group" | sh -n 2>&1) || { echo "its script does not parse: $parsed" >&2; exit 1; }
if [ "$(id -u)" = 0 ] && command -v systemd-run >/dev/null 2>&1 &&
  [ "$(echo "$encoded" | base64 -d 2>/dev/null)" = "$group" ] &&
  systemd-run --quiet --collect --no-ask-password --unit="$name" --on-active="$seconds" \
    --timer-property=AccuracySec=1s -- sh -c "echo $encoded | base64 -d | sh" </dev/null >/dev/null 2>&1
then
  echo systemd_timer
  exit 0
fi
command -v setsid >/dev/null 2>&1 || { echo "setsid not found" >&2; exit 1; }
cd /
setsid sh -c 'sleep "$1"; exec sh -c "$2"' "$name" "$seconds" "$group" </dev/null >/dev/null 2>&1 &
echo detached_process
`;

/**
 * Stops a timer; no effect when there is none, or when it has started the rollback.
 * @throws SwarmError `rollback_failed`
 */
export const disarmTimer = async (run: Run, id: string): Promise<void> => {
  const result = await run(['sh', '-c', DISARM, id]);
  if (result.code === 0) return;
  throw new SwarmError(
    'rollback_failed',
    `the automatic rollback ${timerName(id)} cannot be disarmed on the target: ${result.stderr.trim().split('\n')[0] || `exit code ${result.code}`}`,
    'it does no harm: it repeats the rollback',
  );
};

/**
 * Script that stops the detached process. Only that process has the name in its command line: this
 * script has it in two parts.
 */
const DISARM = `
if command -v systemctl >/dev/null 2>&1; then systemctl stop "swarm-expiry-$0.timer" >/dev/null 2>&1; fi
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  found=$(grep -ls "swarm-[e]xpiry-$0" /proc/[0-9]*/cmdline 2>/dev/null)
  [ -z "$found" ] && exit 0
  for file in $found; do
    pid=\${file#/proc/}
    pid=\${pid%/cmdline}
    kill -s KILL -- "-$pid" 2>/dev/null || kill -s KILL "$pid" 2>/dev/null
  done
  sleep 0.1
done
echo "process $pid does not end" >&2
exit 1
`;
