/**
 * `node scripts/release/sbom.ts TREE > FILE`: contents of a bundle or an image, as CycloneDX: the
 * npm packages in the folder TREE (`installTree`), the crates of the media engine, and the Go
 * modules of livekit-server.
 */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { modulesIn } from './go-modules.ts';
import { crateFolder, findTarget, RUST_TARGETS, type TargetName } from './targets.ts';

const run = promisify(execFile);
const options = { maxBuffer: 64 * 1_024 * 1_024 };

/** Used part of CycloneDX 1.5. */
interface Component {
  type: 'library';
  name: string;
  version: string;
  purl: string;
  licenses?: { license: { name: string } }[] | { expression: string }[];
}

interface Metadata {
  packages: { id: string; name: string; version: string; license: string | null }[];
  resolve: {
    root: string;
    nodes: { id: string; deps: { pkg: string; dep_kinds: { kind: 'dev' | 'build' | null }[] }[] }[];
  };
}

/** Crates that are compiled into the addon, without those of tests and build scripts. */
const cratesOf = async (target: TargetName): Promise<Component[]> => {
  const env = { ...process.env, PATH: `${process.env.PATH}:${process.env.HOME}/.cargo/bin` };
  const cwd = crateFolder;
  const flags = ['--format-version', '1', '--locked', '--filter-platform'];
  const { stdout } = await run('cargo', ['metadata', ...flags, RUST_TARGETS[target]], {
    ...options,
    cwd,
    env,
  });
  const { packages, resolve } = JSON.parse(stdout) as Metadata;
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    const node = resolve.nodes.find((one) => one.id === id);
    for (const { pkg, dep_kinds } of node?.deps ?? [])
      if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  visit(resolve.root);
  return packages
    .filter(({ id }) => found.has(id) && id !== resolve.root)
    .map(({ name, version, license }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:cargo/${name}@${version}`,
      ...(license !== null && { licenses: [{ expression: license.replaceAll('/', ' OR ') }] }),
    }));
};

const goModulesOf = async (tree: string): Promise<Component[]> => {
  const program = await compiledIn(tree, 'livekit-server-');
  return (await modulesIn(join(scopeOf(tree), program, 'livekit-server'))).map(
    ({ module, version }) => ({
      type: 'library',
      name: module,
      version,
      purl: `pkg:golang/${module}@${version}`,
    }),
  );
};

const scopeOf = (tree: string): string => join(tree, 'node_modules', '@livekit-swarm');

/** Package of a tree that is compiled for its target. */
const compiledIn = async (tree: string, prefix: string): Promise<string> => {
  const found = (await readdir(scopeOf(tree))).find((name) => name.startsWith(prefix));
  if (found === undefined) throw new Error(`no ${prefix}… in ${scopeOf(tree)}`);
  return found;
};

const { positionals } = parseArgs({ allowPositionals: true });
const [tree = ''] = positionals;
const flags = ['--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev'];
const { stdout } = await run('npm', ['sbom', ...flags], { ...options, cwd: tree });
const bom = JSON.parse(stdout) as { components: Component[] };
const target = findTarget((await compiledIn(tree, 'native-')).slice('native-'.length));
bom.components.push(...(await cratesOf(target)), ...(await goModulesOf(tree)));
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
