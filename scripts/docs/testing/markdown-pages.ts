import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const NOT_WRITTEN_HERE = /(?:^|\/)(?:node_modules|target|records|\.cache|\.git)(?:\/|$)/;

/** Markdown pages of the checkout, by path. */
export const markdownPages = (): string[] =>
  [
    '*.md',
    'docs/**/*.md',
    '{packages,scenarios,chaos,examples,dashboards,alerts,bench,testkit,e2e,packaging,.github}/**/*.md',
  ]
    .flatMap((pattern) =>
      globSync(pattern, { cwd: root, exclude: (path) => NOT_WRITTEN_HERE.test(path) }),
    )
    .sort();

export const readPage = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Removes code from a page: text in code that looks like a heading or a link is none. */
export const withoutCode = (text: string): string =>
  text
    .replace(/^ *(```+)[^\n]*\n[\s\S]*?^ *\1 *$/gm, '')
    .replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, (inline) => inline.replace(/[[\]()<>]/g, ' '));

/** Anchors of the headings of a page, as GitHub makes them; a repeated heading gets a number. */
export const anchorsIn = (text: string): Set<string> => {
  const times = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#+ +(.*?) *$/gm)) {
    const anchor = anchorOf(heading);
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
};

const anchorOf = (heading: string): string =>
  heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Targets of the links and images of a page that are files of the checkout. */
export const linksIn = (text: string): string[] => {
  const prose = withoutCode(text);
  return [
    ...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm),
    ...prose.matchAll(/<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"/g),
  ]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
};
