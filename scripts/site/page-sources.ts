import { execFileSync } from 'node:child_process';

/** File of the checkout from which a page of the site is made. */
export interface PageSource {
  path: string;
  /** Time of the last commit that changed it, Unix time in ms; null: unknown, as without git. */
  changed: number | null;
  /** True: `npm run docs` writes it from code, so that an edit would not last. */
  generated: boolean;
}

/** Returns the sources of pages by their path on the site. */
export const pageSources = (
  pages: Iterable<string>,
  read: (page: string) => string,
  changes: ReadonlyMap<string, number>,
): Record<string, PageSource> =>
  Object.fromEntries(
    [...pages].map((path): [string, PageSource] => [
      path.replace(/README\.md$/, 'index.md'),
      {
        path,
        changed: changes.get(path) ?? null,
        generated: read(path).startsWith('<!-- Written by scripts/docs.ts'),
      },
    ]),
  );

/** Last change of each file in the history of a checkout; empty where git or the history is absent. */
export const lastChanges = (root: string): ReadonlyMap<string, number> => {
  try {
    const log = execFileSync('git', ['log', '--format=@%ct', '--name-only', '--', '*.md'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseChanges(log);
  } catch {
    return new Map();
  }
};

/** Reads `git log --format=@%ct --name-only`, newest commit first. */
export const parseChanges = (log: string): ReadonlyMap<string, number> => {
  const changes = new Map<string, number>();
  let at = 0;
  for (const line of log.split('\n')) {
    if (/^@\d+$/.test(line)) at = Number(line.slice(1)) * 1_000;
    else if (line !== '' && !changes.has(line)) changes.set(line, at);
  }
  return changes;
};
