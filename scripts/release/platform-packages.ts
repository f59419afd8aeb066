import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DEFAULT_LIVEKIT_VERSION,
  goBuildCommand,
  liveKitServer,
  provisionLiveKit,
  serverPackage,
} from '@livekit-swarm/lab';
import { type NativeTarget, nativePackage } from '@livekit-swarm/webrtc';
import { cratesOf } from './crates.ts';
import { type GoModule, goPart, modulesIn } from './go-modules.ts';
import { LICENCES_FILE, renderLicences } from './licences.ts';
import { OLDEST_NODE, root, writeDescription } from './packages.ts';
import { compiledFile, type TargetName, targetOf } from './targets.ts';

const run = promisify(execFile);

/** Fields by which npm installs a package only on its target. */
const fits = ({ platform, arch }: NativeTarget) => ({
  os: [platform],
  cpu: [arch],
  engines: { node: OLDEST_NODE },
});

/**
 * Builds the package of the media engine and `swarm-impair` for a target.
 * @returns the name of the package
 */
export const buildNativePackage = async (
  dir: string,
  version: string,
  targetName: TargetName,
): Promise<string> => {
  const target = targetOf(targetName);
  const name = nativePackage(target);
  await mkdir(dir, { recursive: true });
  for (const file of ['swarm-native', 'swarm-impair'] as const) {
    // Only Linux can queue packets of other processes.
    if (file === 'swarm-impair' && target.platform !== 'linux') continue;
    const compiled = compiledFile(targetName, file);
    await copyFile(compiled.path, join(dir, compiled.name));
  }
  await cp(join(root, 'LICENSE'), join(dir, 'LICENSE'));
  const crates = await cratesOf(targetName, { compiledIn: true });
  await writeFile(join(dir, LICENCES_FILE), await renderLicences(crates));
  await writeFile(
    join(dir, 'README.md'),
    `# ${name}\n\nThe media engine of [livekit-swarm](https://www.npmjs.com/package/livekit-swarm), compiled for this platform. npm installs it with livekit-swarm. Licences of the crates that it contains are in ${LICENCES_FILE}.\n`,
  );
  await writeDescription(dir, {
    name,
    version,
    description: `The media engine of livekit-swarm for ${targetName}`,
    license: 'Apache-2.0',
    ...fits(target),
    ...(target.libc !== null && { libc: [target.libc] }),
    files: ['swarm-*', LICENCES_FILE],
  });
  return name;
};

/**
 * Builds the package of livekit-server for a target, as a static program without a C library.
 * @returns the name of the package
 */
export const buildServerPackage = async (
  dir: string,
  version: string,
  target: NativeTarget,
): Promise<string> => {
  const name = serverPackage(target);
  await mkdir(dir, { recursive: true });
  const path = join(dir, 'livekit-server');
  await buildServer(path, target);
  const modules = await modulesIn(path);
  await expectPinned(modules);
  const own = modules.find(({ module }) => module === 'github.com/livekit/livekit-server');
  if (own === undefined)
    throw new Error(`${path} was not built from github.com/livekit/livekit-server`);
  await copyFile(join(own.folder, 'LICENSE'), join(dir, 'LICENSE'));
  await writeFile(join(dir, LICENCES_FILE), await renderLicences(modules.map(goPart)));
  await writeFile(
    join(dir, 'README.md'),
    `# ${name}\n\n[livekit-server](https://github.com/livekit/livekit) ${DEFAULT_LIVEKIT_VERSION}, built unchanged from its Go module for tests by [livekit-swarm](https://www.npmjs.com/package/livekit-swarm). Its licence is in LICENSE, those of the modules it contains in ${LICENCES_FILE}.\n`,
  );
  await writeDescription(dir, {
    name,
    version,
    description: `livekit-server ${DEFAULT_LIVEKIT_VERSION} for ${target.platform} on ${target.arch}, as livekit-swarm starts it`,
    license: 'Apache-2.0',
    ...fits(target),
    files: ['livekit-server', LICENCES_FILE],
  });
  return name;
};

const server = liveKitServer(DEFAULT_LIVEKIT_VERSION);

/** Builds the pinned module; a livekit-server on PATH is never used. */
const buildServer = async (output: string, { platform, arch }: NativeTarget): Promise<void> => {
  if (platform === process.platform && arch === process.arch)
    return copyFile((await provisionLiveKit({ pinnedBuild: true })).path, output);
  const { args, variables } = goBuildCommand(server, output);
  const env = {
    ...process.env,
    ...variables,
    ...{ GOOS: platform, GOARCH: arch === 'x64' ? 'amd64' : arch },
    PATH: `${process.env.PATH}:/usr/local/go/bin`,
  };
  await run('go', args, { cwd: server.moduleFolder, env, maxBuffer: 16 * 1_024 * 1_024 });
};

/** @throws Error when the program contains a module whose hash is not committed */
const expectPinned = async (modules: readonly GoModule[]): Promise<void> => {
  const pinned = await readFile(join(server.moduleFolder, 'go.sum'), 'utf8');
  const lines = new Set(pinned.split('\n'));
  const foreign = modules.filter(
    ({ module, version, hash }) => !lines.has(`${module} ${version} ${hash}`),
  );
  if (foreign.length > 0)
    throw new Error(
      `not in ${join(server.moduleFolder, 'go.sum')}: ${foreign.map(({ module }) => module).join(', ')}`,
    );
};
