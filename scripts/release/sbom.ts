/**
 * `node scripts/release/sbom.ts TREE > FILE`: contents of a bundle or an image, as CycloneDX: the
 * npm packages in the folder TREE (`installTree`), the crates of the media engine, and the Go
 * modules of livekit-server, each with its licence.
 */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cratesOf } from './crates.ts';
import { goPart, modulesIn } from './go-modules.ts';
import { licenceOf } from './licences.ts';
import { findTarget, type TargetName } from './targets.ts';

const run = promisify(execFile);
const options = { maxBuffer: 64 * 1_024 * 1_024 };

/** Used part of CycloneDX 1.5. */
interface Component {
  type: 'library';
  name: string;
  version: string;
  purl: string;
  licenses?: { license: { name: string } }[] | { expression: string }[];
  properties?: { name: string; value: string }[];
}

/** Crates that are compiled into the addon, without those of tests and build scripts. */
const crateComponents = async (target: TargetName): Promise<Component[]> =>
  Promise.all(
    (await cratesOf(target, { compiledIn: true })).map(async (crate) => ({
      type: 'library',
      name: crate.name,
      version: crate.version,
      purl: `pkg:cargo/${crate.name}@${crate.version}`,
      licenses: [{ expression: await licenceOf(crate) }],
    })),
  );

const goComponents = async (tree: string): Promise<Component[]> => {
  const program = await compiledIn(tree, 'livekit-server-');
  const modules = await modulesIn(join(scopeOf(tree), program, 'livekit-server'));
  return Promise.all(
    modules.map(async (module) => ({
      type: 'library',
      name: module.module,
      version: module.version,
      purl: `pkg:golang/${module.module}@${module.version}`,
      licenses: [{ expression: await licenceOf(goPart(module)) }],
    })),
  );
};

/** A few packages of npm state their licence only in a file. */
const withLicence = async (tree: string, component: Component): Promise<Component> => {
  if (component.licenses !== undefined && component.licenses.length > 0) return component;
  const path = component.properties?.find(({ name }) => name === 'cdx:npm:package:path')?.value;
  const { name, version } = component;
  const folder = join(tree, path ?? join('node_modules', name));
  const part = { name, version, license: null, authors: [], folder };
  return { ...component, licenses: [{ expression: await licenceOf(part) }] };
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
bom.components = [
  ...(await Promise.all(bom.components.map((component) => withLicence(tree, component)))),
  ...(await crateComponents(target)),
  ...(await goComponents(tree)),
];
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
