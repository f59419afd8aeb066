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

/** A platform that packages are published for. */
export type TargetName = keyof typeof NATIVE_TARGETS;

/** @throws Error for another one */
export const findTarget = (name: string): TargetName => {
  if (Object.hasOwn(NATIVE_TARGETS, name)) return name as TargetName;
  throw new Error(`no target ${name}: there are ${Object.keys(NATIVE_TARGETS).join(', ')}`);
};

export const targetOf = (name: TargetName): NativeTarget => NATIVE_TARGETS[name];

/** What Rust calls it. With glibc, the release builds for the oldest one that its Node runs with. */
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
 * Where a compiled file for a target is, and what it is called in its package: what `build-native.ts` made, else, for this host, what `npm start` made.
 * @throws Error when there is none
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
