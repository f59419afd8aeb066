import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { crateFolder, RUST_TARGETS, type TargetName } from './targets.ts';

const LARGEST_OUTPUT = 64 * 1_024 * 1_024;

/** Crate that the media engine needs. */
export interface Crate {
  name: string;
  version: string;
  /** SPDX expression; null when the crate names only a file. */
  license: string | null;
  authors: string[];
  /** Oldest Rust by its own statement. */
  rustVersion: string | null;
  /** Folder of its sources. */
  folder: string;
}

interface Metadata {
  packages: {
    id: string;
    name: string;
    version: string;
    license: string | null;
    authors: string[];
    rust_version: string | null;
    manifest_path: string;
  }[];
  resolve: {
    root: string;
    nodes: { id: string; deps: { pkg: string; dep_kinds: { kind: 'dev' | 'build' | null }[] }[] }[];
  };
}

/**
 * Crates of the media engine for a target, by name: with `compiledIn`, those that it contains,
 * otherwise also those of build scripts and of their dependencies.
 */
export const cratesOf = async (
  target: TargetName,
  { compiledIn }: { compiledIn: boolean },
): Promise<Crate[]> => {
  const env = { ...process.env, PATH: `${process.env.PATH}:${process.env.HOME}/.cargo/bin` };
  const flags = ['--format-version', '1', '--locked', '--filter-platform', RUST_TARGETS[target]];
  const { stdout } = await promisify(execFile)('cargo', ['metadata', ...flags], {
    cwd: crateFolder,
    env,
    maxBuffer: LARGEST_OUTPUT,
  });
  const { packages, resolve } = JSON.parse(stdout) as Metadata;
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id)?.deps ?? [])
      if (dep_kinds.some(({ kind }) => kind === null || (kind === 'build' && !compiledIn)))
        visit(pkg);
  };
  visit(resolve.root);
  return packages
    .filter(({ id }) => found.has(id) && id !== resolve.root)
    .map(({ name, version, license, authors, rust_version, manifest_path }) => ({
      name,
      version,
      // An older notation than SPDX.
      license: license?.replaceAll(/(?<=\S)\/(?=\S)/g, ' OR ') ?? null,
      authors,
      rustVersion: rust_version,
      folder: dirname(manifest_path),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
};
