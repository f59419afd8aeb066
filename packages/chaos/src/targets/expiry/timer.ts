import { SwarmError } from '@livekit-swarm/settings';
import type { CommandResult, ExpiryMethod } from '../platform.ts';

/** Runs programs on the target, as root where that is possible. */
type Run = (argv: readonly string[]) => Promise<CommandResult>;

/** In the names of systemd units, and in the command line of a detached process. */
const timerName = (id: string): string => `swarm-expiry-${id}`;

/**
 * Starts a timer on the host of `run` that executes a command after that time, whatever happens to
 * this process, its host or the connection: a transient timer of systemd, or a detached process.
 * @throws SwarmError `expiry_unavailable`
 */
export const armTimer = async (
  run: Run,
  id: string,
  afterMs: number,
  argv: readonly string[],
): Promise<ExpiryMethod> => {
  const seconds = String(Math.max(1, Math.ceil(afterMs / 1_000)));
  const result = await run(['sh', '-c', ARM, timerName(id), seconds, ...argv]);
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
 * Its parent, session and output are not those of the connection. Without root, and in a container
 * without systemd, systemd-run fails at once.
 */
const ARM = `
name=$0; seconds=$1; shift
if [ "$(id -u)" = 0 ] && command -v systemd-run >/dev/null 2>&1 &&
  systemd-run --quiet --collect --no-ask-password --unit="$name" --on-active="$seconds" \
    --timer-property=AccuracySec=1s -- "$@" </dev/null >/dev/null 2>&1
then
  echo systemd_timer
  exit 0
fi
command -v setsid >/dev/null 2>&1 || { echo "setsid not found" >&2; exit 1; }
cd /
setsid sh -c 'sleep "$1"; shift; exec "$@"' "$name" "$seconds" "$@" </dev/null >/dev/null 2>&1 &
echo detached_process
`;

/** No effect when there is none, or when its time has come. @throws SwarmError `rollback_failed` */
export const disarmTimer = async (run: Run, id: string): Promise<void> => {
  const result = await run(['sh', '-c', DISARM, id]);
  if (result.code === 0) return;
  throw new SwarmError(
    'rollback_failed',
    `the automatic rollback ${timerName(id)} cannot be disarmed on the target: ${result.stderr.trim().split('\n')[0] || `exit code ${result.code}`}`,
    'it does no harm: it repeats the rollback',
  );
};

/** A command line with the name is that process alone: this one has it in two parts. */
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
