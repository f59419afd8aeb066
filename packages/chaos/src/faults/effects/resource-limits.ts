import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import type { Component, Platform, RollbackStep } from '../../targets/platform.ts';
import type { FaultContext } from '../fault.ts';
import type { EffectCheck } from './effect-check.ts';
import { firstLine } from './nft-table.ts';
import { forAll } from './process-control.ts';

/** One resource limit, for both versions of cgroups. */
export interface ResourceLimits {
  controller: 'cpu' | 'memory';
  /** Files of the cgroup and their contents, written in this order. */
  v2: readonly (readonly [string, string])[];
  v1: readonly (readonly [string, string])[];
}

/** @throws SwarmError `fault_unavailable` with the message of the kernel */
export const limitResources = (
  { platform, components, id }: FaultContext<unknown>,
  limit: ResourceLimits,
): Promise<void> =>
  forAll(components, async (component) => {
    const pid = await platform.pid(component);
    if (pid === null) throw new SwarmError('fault_unavailable', `${component.name} does not run`);
    const result = await runLimit(
      platform,
      component,
      limit,
      groupName(id, components.indexOf(component)),
      String(pid),
    );
    if (result !== null)
      throw new SwarmError(
        'fault_unavailable',
        `${component.name}: ${result}`,
        'see "swarm chaos doctor"',
      );
  });

/** Moves the processes of these cgroups back to their previous cgroups, and removes the cgroups. */
export const releaseLimits = ({ platform, components, id }: FaultContext<unknown>): Promise<void> =>
  forAll(components, async (component) => {
    const result = await platform
      .run(component, ['sh', '-c', RELEASE_GROUP, groupName(id, components.indexOf(component))])
      .catch(ignoreMissing);
    if (result === null || result.code === 0) return;
    throw new SwarmError(
      'rollback_failed',
      `${component.name}: ${firstLine(result)}`,
      'look for the cgroup under /sys/fs/cgroup',
    );
  });

/** Step of `releaseLimits`, for the target itself. */
export const releaseStep = (
  { components, id }: FaultContext<unknown>,
  component: Component,
): RollbackStep => ({
  step: 'run',
  argv: ['sh', '-c', RELEASE_GROUP, groupName(id, components.indexOf(component))],
});

const ignoreMissing = (error: unknown): null => {
  if (hasErrorCode(error, 'component_not_found')) return null;
  throw error;
};

/** Checks the cgroup of `limitResources`: the process in it, and the limit. */
export const findLimit = async (
  { platform, components, id }: FaultContext<unknown>,
  component: Component,
  { v1, v2 }: ResourceLimits,
): EffectCheck => {
  const group = groupName(id, components.indexOf(component));
  const pid = await platform.pid(component);
  const argv = ['sh', '-c', FIND_GROUP, group, String(pid ?? ''), limitLines([...v2, ...v1])];
  const result = await platform.run(component, argv).catch(ignoreMissing);
  if (result === null) return 'does_not_run';
  const found = FINDINGS.find((finding) => finding === result.stdout.trim());
  if (result.code === 0 && found !== undefined) return found === 'present' ? null : found;
  throw new SwarmError('unreachable', `the cgroup cannot be read: ${firstLine(result)}`);
};

const FINDINGS = ['present', 'cgroup_missing', 'process_left_cgroup', 'limit_changed'] as const;

/**
 * Script that looks for the cgroup. $0 is its name, $1 the process, the rest are files and contents
 * of each limit, for both versions.
 */
const FIND_GROUP = `
group=$(find /sys/fs/cgroup -mindepth 1 -maxdepth 12 -type d \\( -name "$0" -o -name "$0%*" \\) 2>/dev/null | head -n 1)
[ -n "$group" ] || { echo cgroup_missing; exit 0; }
printf '%s\\n' "$2" | while read -r file content; do
  [ ! -e "$group/$file" ] || [ "$(cat "$group/$file")" = "$content" ] || exit 1
done || { echo limit_changed; exit 0; }
grep -qx "$1" "$group/cgroup.procs" || { echo process_left_cgroup; exit 0; }
echo present
`;

/**
 * Reason for which the process cannot be limited, found with a cgroup that stays empty; null: it
 * can.
 */
export const missingResourceLimitSupport = async (
  platform: Platform,
  component: Component,
  limit: ResourceLimits,
): Promise<string | null> => {
  const why = await platform.missingCapability('exec', component);
  if (why !== null) return why;
  const pid = await platform.pid(component);
  if (pid === null) return `${component.name} does not run`;
  const result = await runLimit(platform, component, limit, TRY_NAME, String(pid), 'try');
  return result === null
    ? null
    : `${limit.controller === 'cpu' ? 'CPU time' : 'memory'} cannot be limited: ${result}`;
};

const TRY_NAME = 'swarm-chaos-try-0';

const groupName = (id: string, number: number): string => `swarm-chaos-${id}-${number}`;

const limitLines = (files: ResourceLimits['v1']): string =>
  files.map(([file, content]) => `${file} ${content}`).join('\n');

const runLimit = async (
  platform: Platform,
  component: Component,
  { controller, v1, v2 }: ResourceLimits,
  group: string,
  pid: string,
  mode = 'do',
): Promise<string | null> => {
  const result = await platform.run(component, [
    'sh',
    '-c',
    LIMIT,
    group,
    controller,
    pid,
    limitLines(v1),
    limitLines(v2),
    mode,
  ]);
  return result.code === 0 ? null : firstLine(result);
};

/**
 * Script that limits a process, and those that it has started, in a new cgroup, which leaves the
 * limits above it in force. With v1 it is created below the cgroup of the process. With v2, where
 * only leaf cgroups may hold processes, it is created next to it, and its name ends with the name
 * of the original.
 */
const LIMIT = `
name=$0; controller=$1; pid=$2; v1=$3; v2=$4; mode=$5
fail() { echo "$*" >&2; exit 1; }
# Moves the processes that a process has started, and those that these have started: Python starts
# the processes of jobs through a forkserver. One that has ended since needs no limit.
follow() {
  for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
    echo "$child" > "$2/cgroup.procs" 2>/dev/null
    follow "$child" "$2"
  done
}
put() {
  mkdir "$1" || fail "cannot create a cgroup in \${1%/*}"
  printf '%s\\n' "$2" | while read -r file content; do
    [ -z "$file" ] || echo "$content" > "$1/$file" || exit 1
  done || { rmdir "$1"; fail "the kernel rejected the limit"; }
  if [ "$mode" = try ]; then rmdir "$1"; exit 0; fi
  echo "$pid" > "$1/cgroup.procs" || { rmdir "$1"; fail "the process cannot be moved"; }
  follow "$pid" "$1"
  exit 0
}
[ -r "/proc/$pid/cgroup" ] || fail "the process has ended"
from=$(sed -n "s/^[0-9]*:\\([^:]*,\\)\\{0,1\\}$controller\\(,[^:]*\\)\\{0,1\\}:\\(.*\\)/\\3/p" "/proc/$pid/cgroup" | head -n 1)
if [ -n "$from" ]; then
  for root in /sys/fs/cgroup/$controller /sys/fs/cgroup/*,$controller /sys/fs/cgroup/$controller,*; do
    [ -d "$root$from" ] && put "$root\${from%/}/$name" "$v1"
  done
  fail "the cgroup $from of the process is not visible here"
fi
from=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
case $from in *.service) fail "systemd manages its cgroup: use systemctl set-property" ;; esac
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [ -d "$root$from" ] || continue
  above="$root\${from%/*}"
  grep -qw "$controller" "$above/cgroup.subtree_control" 2>/dev/null || continue
  put "$above/$name%\${from##*/}" "$v2"
done
fail "no cgroup has the controller $controller"
`;

export const RELEASE_GROUP = `
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
