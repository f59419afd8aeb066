import { posix } from 'node:path';
import { readNames, repositoryUrl } from '../release/names.ts';

export const REPOSITORY = repositoryUrl(readNames());

const IMAGE = /\.(?:png|svg|jpg)$/;
/** Pattern of a Markdown link or image, outside of code. */
const LINK = /\]\(([^)\s]+)\)/g;

/**
 * Page for the site: links to files outside of its pages lead to the repository, and README.md is
 * the index of its folder. Code stays unchanged.
 */
export const withSiteLinks = (page: string, text: string, pages: ReadonlySet<string>): string =>
  text
    .split(/(^ *```[\s\S]*?^ *```|`[^`\n]+`(?!\]))/m)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(LINK, replaced(page, pages))))
    .join('');

const replaced =
  (page: string, pages: ReadonlySet<string>) =>
  (link: string, target: string): string => {
    const [path = '', anchor] = target.split('#');
    if (path === '' || /^[a-z][a-z0-9+.-]*:/i.test(target)) return link;
    const file = posix.join(posix.dirname(page), path);
    const hash = anchor === undefined ? '' : `#${anchor}`;
    if (pages.has(file)) return `](${path.replace(/README\.md$/, 'index.md')}${hash})`;
    return IMAGE.test(file) ? link : `](${REPOSITORY}/blob/main/${file}${hash})`;
  };
