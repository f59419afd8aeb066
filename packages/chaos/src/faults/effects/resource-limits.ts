import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
/** Control groups that leave a process less than it had; made beside or below its own, so that whatever held it before still does. */
import type { Component, Platform } from '../../targets/target.ts';
import type { FaultContext } from '../fault.ts';
import { firstLine } from './nft-table.ts';
import { forAll } from './process-control.ts';

/** One limit, as both versions of control groups have it. */
export interface ResourceLimits {
  controller: 'cpu' | 'memory';
  /** File → content, written one after the other. */
  v2: readonly (readonly [string, string])[];
  v1: readonly (readonly [string, string])[];
}

/** @throws SwarmError `fault_unavailable` with what the kernel says */
export const limitResources = (
  { platform, components, id }: FaultContext<unknown>,
  limit: ResourceLimits,
): Promise<void> =>
  forAll(components, async (member) => {
    const pid = await platform.pid(member);
    if (pid === null) throw new SwarmError('fault_unavailable', `${member.name} does not run`);
    const result = await runLimit(
      platform,
      member,
      limit,
      groupName(id, components.indexOf(member)),
      String(pid),
    );
    if (result !== null)
      throw new SwarmError(
        'fault_unavailable',
        `${member.name}: ${result}`,
        'see "swarm chaos doctor"',
      );
  });

/** Moves whatever is in such a group back to where it came from, and removes the group. */
export const releaseLimits = ({ platform, components, id }: FaultContext<unknown>): Promise<void> =>
  forAll(components, async (member) => {
    const result = await platform
      .run(member, ['sh', '-c', RELEASE, groupName(id, components.indexOf(member))])
      .catch(gone);
    if (result === null || result.code === 0) return;
    throw new SwarmError(
      'rollback_failed',
      `${member.name}: ${firstLine(result)}`,
      'look for the group under /sys/fs/cgroup',
    );
  });

const gone = (error: unknown): null => {
  if (hasErrorCode(error, 'component_not_found')) return null;
  throw error;
};

/** Null when this member's process can be put into such a group: tried with a group that stays empty. */
export const missingResourceLimitSupport = async (
  target: Platform,
  member: Component,
  limit: ResourceLimits,
): Promise<string | null> => {
  const why = await target.missingCapability('exec', member);
  if (why !== null) return why;
  const pid = await target.pid(member);
  if (pid === null) return `${member.name} does not run`;
  const result = await runLimit(target, member, limit, TRY_NAME, String(pid), 'try');
  return result === null
    ? null
    : `${limit.controller === 'cpu' ? 'CPU time' : 'memory'} cannot be limited: ${result}`;
};

const TRY_NAME = 'swarm-chaos-try-0';

const groupName = (id: string, number: number): string => `swarm-chaos-${id}-${number}`;

const runLimit = async (
  target: Platform,
  member: Component,
  { controller, v1, v2 }: ResourceLimits,
  group: string,
  pid: string,
  mode = 'do',
): Promise<string | null> => {
  const lines = (files: ResourceLimits['v1']): string =>
    files.map(([file, content]) => `${file} ${content}`).join('\n');
  const result = await target.run(member, [
    'sh',
    '-c',
    SQUEEZE,
    group,
    controller,
    pid,
    lines(v1),
    lines(v2),
    mode,
  ]);
  return result.code === 0 ? null : firstLine(result);
};

/**
 * With v1, the group is made below the one that the process is in. With v2 only groups without groups below them may hold processes, so it is made beside it,
 * and its name tells which one that was.
 */
const SQUEEZE = `
name=$0; controller=$1; pid=$2; v1=$3; v2=$4; mode=$5
fail() { echo "$*" >&2; exit 1; }
put() {
  mkdir "$1" || fail "no group can be made in \${1%/*}"
  printf '%s\\n' "$2" | while read -r file content; do
    [ -z "$file" ] || echo "$content" > "$1/$file" || exit 1
  done || { rmdir "$1"; fail "the kernel takes no such limit"; }
  if [ "$mode" = try ]; then rmdir "$1"; exit 0; fi
  echo "$pid" > "$1/cgroup.procs" || { rmdir "$1"; fail "the process cannot be moved"; }
  exit 0
}
[ -r "/proc/$pid/cgroup" ] || fail "its process is gone"
from=$(sed -n "s/^[0-9]*:\\([^:]*,\\)\\{0,1\\}$controller\\(,[^:]*\\)\\{0,1\\}:\\(.*\\)/\\3/p" "/proc/$pid/cgroup" | head -n 1)
if [ -n "$from" ]; then
  for root in /sys/fs/cgroup/$controller /sys/fs/cgroup/*,$controller /sys/fs/cgroup/$controller,*; do
    [ -d "$root$from" ] && put "$root\${from%/}/$name" "$v1"
  done
  fail "the group $from of the process is not to be seen here"
fi
from=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
case $from in *.service) fail "systemd, which runs it, keeps its control group to itself: use systemctl set-property" ;; esac
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [ -d "$root$from" ] || continue
  above="$root\${from%/*}"
  grep -qw "$controller" "$above/cgroup.subtree_control" 2>/dev/null || continue
  put "$above/$name%\${from##*/}" "$v2"
done
fail "there is no control group for $controller"
`;

const RELEASE = `
name=$0
failed=0
for group in $(find /sys/fs/cgroup -mindepth 1 -maxdepth 12 -type d \\( -name "$name" -o -name "$name%*" \\) 2>/dev/null); do
  above=\${group%/*}
  case \${group##*/} in *%*) home="$above/\${group##*%}" ;; *) home="$above" ;; esac
  [ -d "$home" ] || home="$above"
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    while read -r pid; do echo "$pid" > "$home/cgroup.procs" 2>/dev/null; done < "$group/cgroup.procs"
    rmdir "$group" 2>/dev/null && break
    sleep 0.1
  done
  [ -d "$group" ] && { echo "$group cannot be removed" >&2; failed=1; }
done
exit $failed
`;
