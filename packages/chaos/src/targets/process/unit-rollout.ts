/**
 * Change of the program or configuration of a systemd unit: the new file takes the place of the old
 * one, which is kept beside it.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Component, NodeRollout } from '../platform.ts';
import type { Release } from '../rollout.ts';
import type { Host } from './local-host.ts';

/** Unit of a component, and its host. */
interface UnitOnHost {
  host: Host;
  unit: string;
  /** Name of the host, for messages. */
  where: string;
}

/** End of the name of a file that is kept for the rollback. */
const BEFORE_ROLL = '.before-roll';

/** Files of a unit that a release may replace. */
interface UnitFiles {
  program: string;
  config: string | null;
}

export const unitRollout = (unitOf: (component: Component) => UnitOnHost): NodeRollout => {
  const filesOf = async ({ host, unit }: UnitOnHost): Promise<UnitFiles | null> => {
    const { stdout } = await host.run(['systemctl', 'show', '--property=ExecStart', unit]);
    const program = /\bpath=([^ ;]+)/.exec(stdout)?.[1];
    const config = /--config[= ]([^ ;]+)/.exec(stdout)?.[1] ?? null;
    return program === undefined ? null : { program, config };
  };
  const versionOf = async ({ host }: UnitOnHost, program: string): Promise<string | null> => {
    const { stdout } = await host.run([program, '--version']);
    return /livekit-server version (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null;
  };
  const exists = async ({ host }: UnitOnHost, file: string | null): Promise<boolean> =>
    file !== null && (await host.run(['test', '-e', file])).code === 0;
  const isKept = async (target: UnitOnHost, files: UnitFiles): Promise<boolean> =>
    (await exists(target, `${files.program}${BEFORE_ROLL}`)) ||
    (files.config !== null && (await exists(target, `${files.config}${BEFORE_ROLL}`)));

  /** Folder in which the old files cannot be kept; null: there is none. */
  const readOnlyFolder = async (
    { host }: UnitOnHost,
    { program, configFile }: Release,
    files: UnitFiles,
  ): Promise<string | null> => {
    const replaced = [
      ...(program === null ? [] : [files.program]),
      ...(configFile === null || files.config === null ? [] : [files.config]),
    ];
    for (const file of replaced) {
      const folder = dirname(file);
      if ((await host.run(['test', '-w', folder])).code !== 0) return folder;
    }
    return null;
  };

  /** Program of a release on the host; null: there is none. */
  const programOf = async (
    target: UnitOnHost,
    { program: now }: UnitFiles,
    { program }: Release,
  ): Promise<string | null> => {
    if (program === null) return now;
    for (const file of programsNamed(now, program))
      if ((await versionOf(target, file)) !== null) return file;
    return null;
  };

  /** Runs a script with a file. @throws SwarmError `rollout_failed` */
  const act = async (
    { host, where }: UnitOnHost,
    script: string,
    files: readonly string[],
    input?: string,
  ): Promise<void> => {
    const { code, stderr } = await host.run(['sh', '-c', script, 'sh', ...files], input);
    if (code === 0) return;
    throw new SwarmError(
      'rollout_failed',
      `${files[0]} on ${where} cannot be replaced: ${stderr.trim().split('\n')[0] || `exit code ${code}`}`,
      'this needs root, and space in that folder',
    );
  };
  const known = async (component: Component): Promise<UnitFiles> => {
    const target = unitOf(component);
    const files = await filesOf(target);
    if (files !== null) return files;
    throw new SwarmError(
      'rollout_failed',
      `systemd on ${target.where} does not report the program of ${target.unit}`,
    );
  };

  return {
    by: 'node',
    whileRunning: true,
    present: async (component) => {
      const target = unitOf(component);
      const files = await filesOf(target);
      return files === null ? null : versionOf(target, files.program);
    },
    missingCapability: async (component, release) => {
      if (component.kind !== 'node') return 'only nodes have a release';
      const target = unitOf(component);
      const { unit, where } = target;
      const files = await filesOf(target);
      if (files === null) return `systemd on ${where} does not report which program ${unit} starts`;
      if ((await versionOf(target, files.program)) === null)
        return `${files.program} on ${where} is not a livekit-server: its release cannot be changed`;
      if (Object.keys(release.config).length > 0)
        return 'the configuration of a unit is a whole file: give it as +FILE';
      if (release.configFile !== null && !(await exists(target, files.config)))
        return `${unit} is not started with --config FILE`;
      if ((await programOf(target, files, release)) === null)
        return `there is no livekit-server at ${programsNamed(files.program, release.program ?? '').join(' or ')} on ${where}`;
      const readOnly = await readOnlyFolder(target, release, files);
      if (readOnly !== null)
        return `${readOnly} on ${where} is not writable: what ${unit} runs now could not be kept`;
      return (await isKept(target, files))
        ? `${files.program}${BEFORE_ROLL} or the same of its configuration exists on ${where}: another roll was not finished; run "swarm chaos rollback"`
        : null;
    },
    conflict: async (components, release) => {
      const users = new Map<string, string>();
      for (const component of components) {
        const target = unitOf(component);
        const files = await filesOf(target);
        if (files === null) continue;
        const replaced = [
          ...(release.program === null ? [] : [files.program]),
          ...(release.configFile === null || files.config === null ? [] : [files.config]),
        ];
        for (const file of replaced) {
          const other = users.get(`${target.where}:${file}`);
          if (other !== undefined)
            return `${other} and ${target.unit} on ${target.where} share ${file}: both would change with the first; give each a file of its own, such as a copy`;
          users.set(`${target.where}:${file}`, target.unit);
        }
      }
      return null;
    },
    change: async (component, release) => {
      const target = unitOf(component);
      const files = await known(component);
      const program = await programOf(target, files, release);
      if (program === null)
        throw new SwarmError(
          'rollout_failed',
          `the new program no longer exists on ${target.where}`,
        );
      const { configFile } = release;
      const text = configFile === null ? null : await readConfiguration(configFile);
      // Also the same program is kept: by the kept file, a rollback knows that a drain may follow.
      if (release.program !== null) await act(target, REPLACE_BY_FILE, [files.program, program]);
      if (text !== null && files.config !== null)
        await act(target, REPLACE_BY_INPUT, [files.config], text);
    },
    isChanged: async (component) => {
      const files = await filesOf(unitOf(component));
      return files !== null && (await isKept(unitOf(component), files));
    },
    // The kept files stay until `keep`: a rollback that is interrupted is repeated.
    restore: async (component) => {
      const { program, config } = await known(component);
      for (const file of [program, config])
        if (file !== null) await act(unitOf(component), RESTORE, [file]);
    },
    keep: async (component) => {
      const { program, config } = await known(component);
      for (const file of [program, config])
        if (file !== null) await act(unitOf(component), KEEP, [file]);
    },
    restoreSteps: (component) => [
      { step: 'run', argv: ['sh', '-c', RESTORE_ALONE, 'sh', unitOf(component).unit] },
      { step: 'terminate_drained' },
      { step: 'start' },
    ],
  };
};

/**
 * Programs that a release may mean: itself, or one beside the present one with the version in its
 * name: `/usr/bin/livekit-server-1.13.5`.
 */
export const programsNamed = (now: string, program: string): string[] => {
  if (program.includes('/')) return [program];
  const bare = program.replace(/^v/, '');
  return [`${now}-${bare}`, `${now}-v${bare}`];
};

const readConfiguration = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SwarmError('rollout_failed', `${file} cannot be read: ${messageOf(error)}`, null, {
      cause: error,
    });
  }
};

/**
 * Keeps the file $1 beside itself, once. The copy has the owner and mode of the file; of a link, the
 * link is kept.
 */
const KEEP_BESIDE = `set -e
rm -f -- "$1.copy" "$1.new"
[ -e "$1${BEFORE_ROLL}" ] || { cp -pP -- "$1" "$1.copy"; mv -- "$1.copy" "$1${BEFORE_ROLL}"; }
cp -p -- "$1" "$1.new"
`;

const REPLACE_BY_FILE = `${KEEP_BESIDE}cat -- "$2" > "$1.new"; mv -- "$1.new" "$1"`;
const REPLACE_BY_INPUT = `${KEEP_BESIDE}cat > "$1.new"; mv -- "$1.new" "$1"`;
const RESTORE = `set -e
[ -e "$1${BEFORE_ROLL}" ] || exit 0
rm -f -- "$1.new"
cp -pP -- "$1${BEFORE_ROLL}" "$1.new"; mv -- "$1.new" "$1"`;
const KEEP = `rm -f -- "$1${BEFORE_ROLL}"`;

/**
 * Undoes the change of the unit $1 without swarm. With a drain, what runs is draining or new, and is
 * replaced; without one, the node runs as before and keeps its calls.
 */
const RESTORE_ALONE = `set -e
line=$(systemctl show --property=ExecStart "$1")
changed=
for file in $(echo "$line" | sed -n 's/.*[ {]path=\\([^ ;]*\\).*/\\1/p') $(echo "$line" | sed -n 's/.*--config[= ]\\([^ ;]*\\).*/\\1/p'); do
  [ -e "$file${BEFORE_ROLL}" ] || continue
  mv -f -- "$file${BEFORE_ROLL}" "$file"
  changed=1
done
[ -n "$changed" ] && [ -n "$drained" ] || exit 0
systemctl reset-failed "$1" 2>/dev/null || true
systemctl restart "$1"`;
