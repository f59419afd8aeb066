import { readFileSync } from 'node:fs';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/** Line of `mountinfo` (proc(5)). */
export interface Mount {
  /** Path of the mounted part within its filesystem. */
  root: string;
  path: string;
  type: string;
  /** Options of the filesystem; for cgroup v1 also its controllers. */
  options: readonly string[];
}

/** Mounts in the order in which they were mounted. */
export const readMounts = (text: string = readFileSync('/proc/self/mountinfo', 'utf8')): Mount[] =>
  text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, path] = before.split(' ');
    const [type, , options] = after.split(' ');
    if (root === undefined || path === undefined || type === undefined) return [];
    return [
      { root: unquote(root), path: unquote(path), type, options: (options ?? '').split(',') },
    ];
  });

/** Decodes blanks and similar characters, which are octal numbers in this file. */
const unquote = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

export const mountsBelow = (folder: string, mounts: readonly Mount[] = readMounts()): string[] =>
  mounts.flatMap(({ path }) => (path.startsWith(`${folder}/`) ? [path] : []));

/**
 * Unmounts all mounts below a folder, the last first, so that a later removal affects only files of
 * the folder itself.
 * @throws SwarmError `mounts_left`
 */
export const unmountBelow = async (folder: string): Promise<void> => {
  // A mount can cover another one, which is visible only after its removal.
  for (let attempt = 0; attempt < 5; attempt++) {
    const paths = mountsBelow(folder).toReversed();
    if (paths.length === 0) return;
    for (const path of paths) {
      const { failed } = await execa('umount', [path], { reject: false, timeout: 10_000 });
      // A process that is ending still uses the mount: it becomes invisible now, and is removed
      // with that process.
      if (failed) await execa('umount', ['--lazy', path], { reject: false, timeout: 10_000 });
    }
  }
  const left = mountsBelow(folder);
  if (left.length > 0)
    throw new SwarmError(
      'mounts_left',
      `${left.length} mounts below ${folder} cannot be undone`,
      `"umount --lazy ${left[0]}"`,
    );
};
