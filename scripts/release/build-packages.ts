import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serverPackage } from '@livekit-swarm/lab';
import { type NativeTarget, nativePackage } from '@livekit-swarm/webrtc';
import {
  buildBeacon,
  buildTypes as buildBeaconTypes,
} from '../../packages/beacon/scripts/build.ts';
import { buildProgram, dependenciesOf, writeCliDescription } from './build-program.ts';
import { buildTypes } from './build-types.ts';
import { readNames } from './names.ts';
import { OLDEST_NODE, readDescription, root, writeDescription } from './packages.ts';
import { buildNativePackage, buildServerPackage } from './platform-packages.ts';
import { type TargetName, targetOf } from './targets.ts';
import { buildTerminalFiles, MAN_PAGES } from './terminal-files.ts';

/** Packages that other programs may import: `livekit-swarm/record` reads records. */
const LIBRARIES = ['analysis', 'metrics', 'record', 'scenario'] as const;

const LAUNCHER = 'packages/cli/bin/swarm.mjs';

/** Part to build. Default: all. */
export type Part = 'platform' | 'program';

/**
 * Writes the npm packages for these targets into folders of `dir`, ready for `npm pack`. Compiles
 * no media engine: `npm start` does, for this host, and `build-native.ts` for others.
 * @returns the folder of each package
 */
export const buildPackages = async (
  dir: string,
  targets: readonly TargetName[],
  parts: readonly Part[] = ['platform', 'program'],
): Promise<string[]> => {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const { version } = await readDescription('packages/cli');
  const folders: string[] = [];
  const folder = (name: string): string => {
    const path = join(dir, name);
    folders.push(path);
    return path;
  };
  if (parts.includes('platform')) {
    for (const target of targets)
      await buildNativePackage(folder(`native-${target}`), version, target);
    for (const [name, target] of serversFor(targets))
      await buildServerPackage(folder(name.replace('@livekit-swarm/', '')), version, target);
  }
  if (parts.includes('program')) {
    await buildBeaconPackage(folder('beacon'));
    await buildMainPackage(folder('livekit-swarm'), version, [
      ...targets.map((target) => nativePackage(targetOf(target))),
      ...serversFor(targets).keys(),
    ]);
  }
  return folders;
};

/** Packages of the engines `browser` and `rtc`, which npm installs only on request. */
const optionalPeers = async (): Promise<object> => {
  const { peerDependencies, peerDependenciesMeta } = await readDescription('packages/engine');
  return { peerDependencies, peerDependenciesMeta };
};

/** Servers for these targets, one for both C libraries, which a server does not need. */
const serversFor = (targets: readonly TargetName[]): Map<string, NativeTarget> =>
  new Map(targets.map((target) => [serverPackage(targetOf(target)), targetOf(target)]));

const buildMainPackage = async (
  dir: string,
  version: string,
  platforms: readonly string[],
): Promise<void> => {
  const dependencies = await dependenciesOf((workspace) =>
    readDescription(join('packages', workspace)),
  );
  await buildProgram(dir, dependencies);
  await buildTypes(dir);
  await writeCliDescription(dir, version);
  await buildTerminalFiles(dir, version);
  const { description, license, optionalDependencies } = await readDescription('.');
  const entry = (workspace: string) => ({
    types: `./packages/${workspace}/src/index.d.ts`,
    default: `./packages/${workspace}/src/index.js`,
  });
  await writeDescription(dir, {
    name: readNames().package,
    version,
    description,
    license,
    type: 'module',
    man: MAN_PAGES,
    bin: { 'livekit-swarm': LAUNCHER, swarm: LAUNCHER },
    engines: { node: OLDEST_NODE },
    exports: {
      '.': entry('cli'),
      ...Object.fromEntries(LIBRARIES.map((workspace) => [`./${workspace}`, entry(workspace)])),
      './result.schema.json': './packages/report/schema/result.schema.json',
      './scenario.schema.json': './packages/scenario/schema/scenario.schema.json',
      './package.json': './package.json',
    },
    dependencies,
    ...(await optionalPeers()),
    optionalDependencies: {
      ...optionalDependencies,
      ...Object.fromEntries(platforms.map((name) => [name, version])),
    },
  });
};

const buildBeaconPackage = async (dir: string): Promise<void> => {
  await buildBeacon(join(dir, 'dist'));
  await buildBeaconTypes(join(dir, 'dist'));
  await cp(join(root, 'LICENSE'), join(dir, 'LICENSE'));
  await cp(join(root, 'packages', 'beacon', 'README.md'), join(dir, 'README.md'));
  // The exporter has the types of the payload from the source.
  const { devDependencies, scripts, exports, files, ...description } =
    await readDescription('packages/beacon');
  await writeDescription(dir, {
    ...description,
    exports: { '.': (exports as Record<string, unknown>)['.'], './package.json': './package.json' },
    files: ['dist'],
  });
};
