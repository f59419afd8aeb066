import { readFileSync } from 'node:fs';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/** A line of proc(5), `mountinfo`. */
export interface Mount {
  /** What of the mounted filesystem is seen at `path`. */
  root: string;
  path: string;
  type: string;
  /** Of the filesystem: for cgroup v1 also its controllers. */
  options: readonly string[];
}

/** In the order in which they were mounted. */
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

/** Blanks and the like stand there as octal numbers. */
const unquote = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

export const mountsBelow = (folder: string, mounts: readonly Mount[] = readMounts()): string[] =>
  mounts.flatMap(({ path }) => (path.startsWith(`${folder}/`) ? [path] : []));

/**
 * Unmounts all that is mounted below a folder, the last first, so that what is removed afterwards is what is in the folder and nothing
 * else.
 * @throws SwarmError `mounts_left`
 */
export const unmountBelow = async (folder: string): Promise<void> => {
  // A mount can lie on another, and be seen only when that is gone.
  for (let attempt = 0; attempt < 5; attempt++) {
    const paths = mountsBelow(folder).toReversed();
    if (paths.length === 0) return;
    for (const path of paths) {
      const { failed } = await execa('umount', [path], { reject: false, timeout: 10_000 });
      // In use by something that is just ending: it goes from sight now, and for good when that has ended.
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
