import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { REPOSITORY, withSiteLinks } from './outside-links.ts';
import { lastChanges, pageSources } from './page-sources.ts';
import { sidebarOf } from './sidebar.ts';
import { versionLinks } from './versions.ts';

/** Pages of the site, by path in the checkout; links between them stay unchanged. */
const PATTERNS = [
  'docs/*.md',
  'docs/{adr,how-to,runbooks,tutorials}/*.md',
  '{scenarios,chaos,dashboards}/README.md',
  'examples/{ci,kubernetes}/README.md',
  '{CONTRIBUTING,SECURITY,SUPPORT,GOVERNANCE,CODE_OF_CONDUCT,CHANGELOG}.md',
];

/**
 * Copies pages and pictures into docs/site, the folder of its packages, with links that work there.
 * @param base path of the site on its host
 */
export const stageSite = (base: string): void => {
  const stage = join(root, 'docs', 'site', '.cache');
  rmSync(stage, { recursive: true, force: true });
  const pages = new Set(PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: root })));
  const put = (page: string, text: string): void => {
    const file = join(stage, 'pages', page.replace(/README\.md$/, 'index.md'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  // VitePress does not highlight PromQL, and bundles images in HTML only if their path begins with
  // a dot.
  const read = (page: string): string =>
    readFileSync(join(root, page), 'utf8')
      .replaceAll('```promql', '```txt')
      .replaceAll('<img src="images/', '<img src="./images/');
  for (const page of pages) put(page, withSiteLinks(page, read(page), pages));
  put('index.md', read('docs/site/home.md').replaceAll('](../', '](./docs/'));
  cpSync(join(root, 'docs', 'images'), join(stage, 'pages', 'docs', 'images'), { recursive: true });
  const { version } = JSON.parse(read('packages/cli/package.json')) as { version: string };
  writeFileSync(
    join(stage, 'navigation.json'),
    JSON.stringify({
      base,
      version: `v${version}`,
      versions: versionLinks(read('CHANGELOG.md')),
      repository: REPOSITORY,
      sources: pageSources(pages, read, lastChanges(root)),
      sidebar: sidebarOf(read('docs/README.md')),
    }),
  );
};
