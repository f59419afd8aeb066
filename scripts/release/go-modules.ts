import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LicensedPart } from './licences.ts';

const run = promisify(execFile);

export interface GoModule {
  module: string;
  version: string;
  /** Hash of its contents, as in go.sum. */
  hash: string;
  /** Folder in the module cache. */
  folder: string;
}

/** Modules that a Go program contains, itself included, as recorded in the program. */
export const modulesIn = async (program: string): Promise<GoModule[]> => {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/go/bin` };
  const { stdout: listed } = await run('go', ['version', '-m', program], { env });
  const { stdout: cache } = await run('go', ['env', 'GOMODCACHE'], { env });
  const folder = cache.trim() || join(homedir(), 'go', 'pkg', 'mod');
  return listed.split('\n').flatMap((line): GoModule[] => {
    const [kind, module, version, hash] = line.trim().split('\t');
    if (
      (kind !== 'dep' && kind !== 'mod') ||
      module === undefined ||
      version === undefined ||
      hash === undefined
    )
      return [];
    // Capital letters are escaped in the cache (golang.org/ref/mod#module-cache).
    const escaped = `${module}@${version}`.replace(
      /[A-Z]/g,
      (letter) => `!${letter.toLowerCase()}`,
    );
    return [{ module, version, hash, folder: join(folder, escaped) }];
  });
};

/** Go states licences only in files. */
export const goPart = ({ module, version, folder }: GoModule): LicensedPart => ({
  name: module,
  version,
  license: null,
  authors: [],
  folder,
});
