/**
 * `node scripts/run.mjs --no-engine scripts/release/set-names.ts [flags]`: changes names under which
 * a release is published, in names.json and in every file that shows them. Generated pages follow by
 * `npm run docs` and `npm run mixin`.
 *
 *     --repository OWNER/NAME, --action OWNER/NAME, --image REGISTRY/PATH, --charts oci://REGISTRY/PATH
 *     --securityContact ADDRESS    mail or https:// address for reports of vulnerabilities
 *     --released, --no-released    pages show commands that need a release, and the chart and the
 *                                  compose file have a default image, or not
 *
 * The npm package and its scope are names of workspaces: they change with the imports.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withDefaultImage } from './default-image.ts';
import { namedFiles } from './named-files.ts';
import { NAMES_FILE, parseNames, readNames, readVersion, withNames } from './names.ts';
import { root } from './packages.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    repository: { type: 'string' },
    action: { type: 'string' },
    image: { type: 'string' },
    charts: { type: 'string' },
    securityContact: { type: 'string' },
    released: { type: 'boolean' },
  },
});
const before = readNames();
const names = parseNames(JSON.stringify({ ...before, ...values }));
await writeFile(join(root, NAMES_FILE), `${JSON.stringify(names, null, 2)}\n`);
for (const path of namedFiles()) {
  const file = join(root, path);
  const text = await readFile(file, 'utf8');
  const release = { names, version: readVersion() };
  const renamed = withDefaultImage(path, withNames(text, before, names), release);
  if (renamed === text) continue;
  await writeFile(file, renamed);
  process.stdout.write(`${path}\n`);
}
process.stderr.write('now: npm run docs && npm run mixin && npm run check\n');
