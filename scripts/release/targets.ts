import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  NATIVE_TARGETS,
  type NativeFile,
  type NativeTarget,
  nativeFile,
  nativeFileName,
  targetName,
  thisTarget,
} from '@livekit-swarm/webrtc';
import { root } from './packages.ts';

/** Platform for which packages are published. */
export type TargetName = keyof typeof NATIVE_TARGETS;

/** @throws Error for another name */
export const findTarget = (name: string): TargetName => {
  if (Object.hasOwn(NATIVE_TARGETS, name)) return name as TargetName;
  throw new Error(`no target ${name}: there are ${Object.keys(NATIVE_TARGETS).join(', ')}`);
};

export const targetOf = (name: TargetName): NativeTarget => NATIVE_TARGETS[name];

/**
 * Names of the targets in Rust. With glibc, a release is built for the oldest version of its Node.
 */
export const RUST_TARGETS: Readonly<Record<TargetName, string>> = {
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-arm64-musl': 'aarch64-unknown-linux-musl',
  'darwin-arm64': 'aarch64-apple-darwin',
  'darwin-x64': 'x86_64-apple-darwin',
};

export const crateFolder = join(root, 'packages', 'webrtc', 'crate');

const crossFolder = (name: TargetName): string =>
  join(crateFolder, 'target', RUST_TARGETS[name], 'release');

/**
 * Path of a compiled file for a target, and its name in the package: the output of
 * `build-native.ts`, otherwise, for this host, that of `npm start`.
 * @throws Error when neither exists
 */
export const compiledFile = (
  name: TargetName,
  file: NativeFile,
): { path: string; name: string } => {
  const target = targetOf(name);
  const built = {
    'swarm-impair': 'swarm-impair',
    'swarm-native': `libswarm_native.${target.platform === 'darwin' ? 'dylib' : 'so'}`,
  }[file];
  const candidates = [
    join(crossFolder(name), built),
    ...(name === targetName(thisTarget()) ? [nativeFile(file)] : []),
  ];
  const path = candidates.find(existsSync);
  if (path === undefined)
    throw new Error(`no ${file} for ${name}: run "node scripts/release/build-native.ts ${name}"`);
  return { path, name: nativeFileName(file, target) };
};
