import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterPorts } from '@livekit-swarm/lab';
import { execa } from 'execa';

/**
 * SSH server of the test on loopback, with its own keys; it leads to this host, with a stand-in for
 * systemd.
 */
export interface SshHost extends AsyncDisposable {
  /** Configuration for `ssh -F`: the alias `swarm-host`, its key, and the trusted host keys. */
  config: string;
  /** Writes a configuration in which these settings override the first one. */
  configWith(settings: Record<string, string>): Promise<string>;
  dir: string;
  log(): Promise<string>;
  /** Adds a program that takes precedence over others of its name. */
  addProgram(name: string, script: string): Promise<void>;
  /** Adds a unit, and the restart policy of its service manager. */
  addUnit(name: string, command: readonly string[], restart?: string): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';
/**
 * Folder that sshd needs for every connection; created if no init has made it. It stays, because
 * others may run at the same time.
 */
const PRIVILEGE_SEPARATION = '/run/sshd';

/**
 * Program that keeps the locks of this host apart from those of other tests on the same machine.
 */
const OWN_LOCKS = `
set -e
mkdir -p -m 700 /run/livekit-swarm "$0/locks"
mount --bind "$0/locks" /run/livekit-swarm
exec "$@"`;

/** @param also another address of this host at which the server listens */
export const startSshHost = async (also?: string): Promise<SshHost> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-sshd-'));
  await Promise.all(['bin', 'units'].map((name) => mkdir(join(dir, name))));
  await copyFile(join(import.meta.dirname, '../fixtures/systemctl'), join(dir, 'bin', 'systemctl'));
  await chmod(join(dir, 'bin', 'systemctl'), 0o755);
  for (const key of ['host-key', 'user-key']) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', join(dir, key)]);
  }
  const publicKey = (name: string): Promise<string> => readFile(join(dir, `${name}.pub`), 'utf8');
  const port = await createClusterPorts().tcp();
  await writeFile(join(dir, 'authorized_keys'), await publicKey('user-key'), { mode: 0o600 });
  await writeFile(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${await publicKey('host-key')}`);
  const log = join(dir, 'sshd.log');
  await writeFile(
    join(dir, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      ...(also === undefined ? [] : [`ListenAddress ${also}:${port}`]),
      `HostKey ${join(dir, 'host-key')}`,
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      `SetEnv PATH=${join(dir, 'bin')}:/usr/bin:/bin`,
      '',
    ].join('\n'),
  );
  await mkdir(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
  const sshd = spawn(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', '--', 'sh', '-c', OWN_LOCKS, dir],
      ...[SSHD, '-D', '-E', log, '-f', join(dir, 'sshd_config')],
    ],
    { stdio: 'ignore' },
  );
  const settings = {
    HostName: '127.0.0.1',
    Port: String(port),
    User: 'root',
    IdentityFile: join(dir, 'user-key'),
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    HostKeyAlias: `[127.0.0.1]:${port}`,
    UserKnownHostsFile: join(dir, 'known_hosts'),
    GlobalKnownHostsFile: '/dev/null',
  };
  let configs = 0;
  const configWith: SshHost['configWith'] = async (more) => {
    const file = join(dir, `config-${++configs}`);
    const lines = Object.entries({ ...settings, ...more }).map(
      ([name, value]) => `  ${name} ${value}`,
    );
    await writeFile(file, `Host swarm-host\n${lines.join('\n')}\n`);
    return file;
  };
  const config = await configWith({});
  const answers = async (): Promise<boolean> => {
    const { exitCode } = await execa(
      'ssh',
      ['-F', config, '-o', 'BatchMode=yes', 'swarm-host', 'true'],
      { reject: false },
    );
    return exitCode === 0;
  };
  const readLog = (): Promise<string> => readFile(log, 'utf8').catch(() => '');
  const units: string[] = [];
  const stop = async (): Promise<void> => {
    for (const unit of units) {
      const pid = Number(await readFile(join(dir, 'units', `${unit}.pid`), 'utf8').catch(() => ''));
      if (pid > 0) killQuietly(pid);
    }
    if (sshd.exitCode === null) {
      sshd.kill('SIGTERM');
      await once(sshd, 'exit');
    }
    await rm(dir, { recursive: true, force: true });
  };
  const deadline = performance.now() + 20_000;
  while (!(await answers())) {
    if (performance.now() > deadline || sshd.exitCode !== null) {
      const said = await readLog();
      await stop();
      throw new Error(`sshd rejects the connection: ${said}`);
    }
    await sleep(100);
  }
  return {
    config,
    configWith,
    dir,
    log: readLog,
    addProgram: (name, script) =>
      writeFile(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    addUnit: async (name, command, restart = 'no') => {
      units.push(name);
      const words = command.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`);
      await writeFile(join(dir, 'units', name), words.join(' '));
      await writeFile(join(dir, 'units', `${name}.restart`), restart);
    },
    [Symbol.asyncDispose]: stop,
  };
};

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended.
  }
};
