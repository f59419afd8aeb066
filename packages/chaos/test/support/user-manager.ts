import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandResult } from '../../src/targets/platform.ts';
import { runHere } from '../../src/targets/process/local-host.ts';

/**
 * systemd as the manager of a user, in its own namespaces: this host need not have been booted with
 * systemd.
 */
export interface UserManager extends AsyncDisposable {
  /** Runs a program in the namespaces in which `systemd-run` reaches this systemd. */
  run(argv: readonly string[]): Promise<CommandResult>;
}

/**
 * Script that starts the manager. $0 is the folder, $1 the cgroup. /run/systemd/system makes the
 * manager assume that systemd booted the host.
 */
const START = `
set -e
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$1"
echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"
mkdir -m 700 "$XDG_RUNTIME_DIR"
# Not as the first process: that would be the manager of the system.
/lib/systemd/systemd --user &
wait`;

const STARTS_WITHIN_MS = 20_000;

/**
 * @param services programs that its services find before others of the same name
 * @returns the reason when it cannot start: namespaces or cgroups are not allowed
 */
export const startUserManager = async (
  dir: string,
  services: Readonly<Record<string, string>>,
): Promise<UserManager | string> => {
  for (const folder of ['services', 'bin']) await mkdir(join(dir, folder), { recursive: true });
  for (const [name, script] of Object.entries(services))
    await writeFile(join(dir, 'services', name), script, { mode: 0o755 });
  for (const name of ['systemd-run', 'systemctl'])
    await writeFile(join(dir, 'bin', name), `#!/bin/sh\nexec /usr/bin/${name} --user "$@"\n`, {
      mode: 0o755,
    });
  const runtime = '/run/manager';
  const group = `swarm-test-${process.pid}`;
  const manager = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--cgroup', '--fork', '--kill-child', '--propagation', 'private'],
      ...['sh', '-c', START, dir, group],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: dir, XDG_RUNTIME_DIR: runtime },
    },
  );
  let said = '';
  manager.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const inside = async (): Promise<string | null> => {
    const file = `/proc/${manager.pid}/task/${manager.pid}/children`;
    return (await readFile(file, 'utf8').catch(() => '')).trim() || null;
  };
  const run = async (argv: readonly string[]): Promise<CommandResult> =>
    runHere([
      ...['nsenter', '--target', (await inside()) ?? '0', '--mount', '--pid', '--cgroup', '--'],
      ...['env', `XDG_RUNTIME_DIR=${runtime}`, `PATH=${join(dir, 'bin')}:/usr/bin:/bin`],
      ...argv,
    ]);
  const stop = async (): Promise<void> => {
    await end(manager);
    await runHere(['sh', '-c', REMOVE_GROUPS, group]);
  };
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while ((await run(['systemctl', 'show', '--property=Version'])).code !== 0) {
    if (manager.exitCode !== null || performance.now() > deadline) {
      await stop();
      return `systemd does not start in a namespace here: ${said.trim().split('\n').at(-1) ?? ''}`;
    }
    await sleep(100);
  }
  await run(['systemctl', 'set-environment', `PATH=${join(dir, 'services')}:/usr/bin:/bin`]);
  return { run, [Symbol.asyncDispose]: stop };
};

/**
 * Script that removes the cgroup of the manager, in any mount of version 2; the group is empty,
 * because its processes have ended.
 */
const REMOVE_GROUPS = `
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  found=$(find /sys/fs/cgroup -type d -name "$0" 2> /dev/null)
  [ -z "$found" ] && exit 0
  for group in $found; do find "$group" -depth -type d -exec rmdir {} ';' 2> /dev/null; done
  sleep 0.1
done`;

const end = async (manager: ChildProcess): Promise<void> => {
  if (manager.exitCode !== null || manager.signalCode !== null) return;
  manager.kill('SIGKILL');
  await once(manager, 'exit');
};
