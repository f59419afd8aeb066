import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { serverPackage } from '@livekit-swarm/lab';
import { NATIVE_TARGETS, nativePackage } from '@livekit-swarm/webrtc';
import { type PackageDescription, readDescription } from './packages.ts';

const run = promisify(execFile);
const LARGEST_OUTPUT = 16 * 1_024 * 1_024;

/** Platforms of trees: those for which npm has a Node, which needs glibc. */
const TREE_TARGETS = ['linux-x64-gnu', 'linux-arm64-gnu'] as const;
export type TreeTarget = (typeof TREE_TARGETS)[number];

/** @throws Error for another name */
export const treeTarget = (name: string): TreeTarget => {
  const found = TREE_TARGETS.find((target) => target === name);
  if (found === undefined)
    throw new Error(`no target ${name}: there are ${TREE_TARGETS.join(', ')}`);
  return found;
};

/**
 * Installs the program and its dependencies into `dir` for this target: its packages from the
 * tarballs, other packages from the registry, and Node as `bin/node`. Nothing is compiled, and no
 * script of a package runs.
 * @param tarballs output of `pack.ts`; those for other targets are left out
 */
export const installTree = async (
  dir: string,
  tarballs: readonly string[],
  target: TreeTarget,
): Promise<void> => {
  const { platform, arch, libc } = NATIVE_TARGETS[target];
  const wanted = [
    'livekit-swarm',
    nativePackage({ platform, arch, libc }),
    serverPackage({ platform, arch }),
  ];
  const described = await Promise.all(
    tarballs.map(async (path) => ({ path, name: (await descriptionIn(path)).name })),
  );
  const paths = wanted.map((name) => {
    const found = described.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no tarball of ${name}: run pack.ts first`);
    return found.path;
  });
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'bin'), { recursive: true });
  const { version } = await readDescription('packages/cli');
  const description = { name: 'livekit-swarm-installation', version, private: true };
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(description)}\n`);
  await run(
    'npm',
    [
      'install',
      ...['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
      ...[`--os=${platform}`, `--cpu=${arch}`, `--libc=${libc}`],
      ...paths,
    ],
    { cwd: dir, maxBuffer: LARGEST_OUTPUT },
  );
  const node = join('node_modules', `node-${platform}-${arch}`);
  // Files for compiling native modules.
  for (const folder of ['include', 'share'])
    await rm(join(dir, node, folder), { recursive: true, force: true });
  await symlink(join('..', node, 'bin', 'node'), join(dir, 'bin', 'node'));
  const program = join(dir, 'bin', 'livekit-swarm');
  await writeFile(program, STARTER);
  await chmod(program, 0o755);
  await symlink('livekit-swarm', join(dir, 'bin', 'swarm'));
};

/** Script that starts the launcher with the Node of the tree, also through a link. */
const STARTER = `#!/bin/sh
bin=$(dirname "$(readlink -f "$0")")
exec "$bin/node" "$bin/../node_modules/livekit-swarm/packages/cli/bin/swarm.mjs" "$@"
`;

/** Packages in a folder of `pack.ts`. */
export const tarballsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder))
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(resolve(folder), name));

export const descriptionIn = async (tarball: string): Promise<PackageDescription> => {
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
  return JSON.parse(stdout) as PackageDescription;
};
