import { posix } from 'node:path';
import { readNames, repositoryUrl } from '../release/names.ts';

export const REPOSITORY = repositoryUrl(readNames());

const IMAGE = /\.(?:png|svg|jpg)$/;
/** Pattern of code, which stays as it is, and of the target of a Markdown link or image. */
const CODE_OR_LINK = /^ *```[\s\S]*?^ *```|`[^`\n]+`|\]\(([^)\s]+)\)/gm;

/**
 * Page for the site: links to files outside of its pages lead to the repository, and README.md is
 * the index of its folder. Code stays unchanged.
 */
export const withSiteLinks = (page: string, text: string, pages: ReadonlySet<string>): string =>
  text.replace(CODE_OR_LINK, (found: string, target?: string) =>
    target === undefined ? found : replaced(page, pages)(found, target),
  );

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
