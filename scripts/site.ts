/**
 * `npm run docs:site`: builds the documentation site in dist/site. Fails for a dead link between
 * pages. `-- --open` serves it on loopback, `-- --base /v0.1.0/` is for the folder of a version.
 */
import { join } from 'node:path';
import { installPackages, packagesAreCurrent } from './setup/npm-packages.mjs';
import { root } from './setup/paths.mjs';
import { runVitepress } from './site/run-vitepress.ts';
import { stageSite } from './site/stage.ts';
import { siteBase } from './site/versions.ts';

const folder = join(root, 'docs', 'site');
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

if (!(await packagesAreCurrent(folder))) await installPackages(stop.signal, folder);
stageSite(siteBase(process.argv.slice(2)));
process.exitCode = await runVitepress(folder, process.argv.includes('--open') ? 'dev' : 'build');
