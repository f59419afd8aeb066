import { readdirSync, readFileSync } from 'node:fs';
import { packageImports } from '../check/layer-problems.mjs';
import { BELOW } from '../check/package-layers.mjs';
import { shippedSources } from '../check/shipped-sources.mjs';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The packages that each package imports, in the order of the layers: `metrics, chaos (types)`. */
const importsOf = (): ((name: string) => string) => {
  const imports = packageImports(shippedSources());
  return (name) => {
    const of = imports.get(name) ?? new Map<string, string>();
    const listed = Object.keys(BELOW)
      .filter((target) => of.has(target))
      .map((target) => (of.get(target) === 'types' ? `${target} (types)` : target));
    return listed.length === 0 ? 'nothing' : listed.join(', ');
  };
};

/** Puts imports into the last cell of each row of the table of packages. */
export const withImportColumn = (page: string, imports: (name: string) => string): string =>
  page.replaceAll(
    /^(\| \[(\w+)\]\(\.\.\/packages\/\2\) \|.*\| )[^|]*\|$/gm,
    (_row, cells: string, name: string) => `${cells}${imports(name)} |`,
  );

/** Puts imports into the line `- **Imports:** …` of a README. @throws Error when it has no such line */
export const withImportLine = (page: string, imports: string): string => {
  const line = /^- \*\*(?:Imports|May import):\*\* .*$/m;
  if (!line.test(page)) throw new Error('there is no line - **Imports:** …');
  return page.replace(line, `- **Imports:** ${imports}`);
};

/** Pages with the imports that exist, by path. */
export const importPages = (): Readonly<Record<string, () => string>> => ({
  'docs/ARCHITECTURE.md': () => withImportColumn(read('docs/ARCHITECTURE.md'), importsOf()),
  ...Object.fromEntries(
    readdirSync(new URL('../../packages', import.meta.url)).map((name) => {
      const path = `packages/${name}/README.md`;
      return [path, () => withImportLine(read(path), importsOf()(name))];
    }),
  ),
});
