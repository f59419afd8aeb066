import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativePackage, thisTarget } from './native-package.ts';

/**
 * Files that are compiled from the crate. `swarm-impair` is for Linux only, and a program of its
 * own, so that it can run as root in another network namespace.
 */
export type NativeFile = 'swarm-native' | 'swarm-impair';

/** Name of a compiled file, in a checkout and in a package: `swarm-native.linux-x64.node`. */
export const nativeFileName = (
  file: NativeFile,
  { platform, arch }: { platform: string; arch: string } = process,
): string => `${file}.${platform}-${arch}${file === 'swarm-native' ? '.node' : ''}`;

/**
 * Path of a compiled file: beside the sources in a checkout, else in the platform's package.
 * Returns the path beside the sources if there is neither.
 */
export const nativeFile = (file: NativeFile): string => {
  const name = nativeFileName(file);
  const built = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (existsSync(built)) return built;
  const folder = installedFolder(nativePackage(thisTarget()));
  return folder === null ? built : join(folder, name);
};

const installedFolder = (name: string): string | null => {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
};
