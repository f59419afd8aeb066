/** A group of the sidebar of the site, as VitePress reads it. */
export interface SidebarGroup {
  text: string;
  collapsed: boolean;
  items: { text: string; link: string }[];
}

/** The kinds of pages (Diátaxis): sections of docs/README.md, which has every page. */
const KINDS = ['Tutorials', 'How-to guides', 'Reference', 'Explanation'];

/** Groups by the tables of docs/README.md: each link becomes an item. Links out of docs/ are left to the pages themselves. */
export const sidebarOf = (index: string): SidebarGroup[] =>
  KINDS.map((kind) => {
    const section = index.split(`\n## ${kind}\n`)[1]?.split('\n## ')[0];
    if (section === undefined) throw new Error(`docs/README.md has no section "${kind}"`);
    const items = [...section.matchAll(/\[([^\]]+)\]\(([\w/-]+\.md)\)/g)].map(
      ([, text = '', page = '']) => ({ text: text.replaceAll('`', ''), link: siteLink(page) }),
    );
    return { text: kind, collapsed: kind !== 'Tutorials', items };
  });

/** `runbooks/README.md` → `/docs/runbooks/`. */
export const siteLink = (page: string): string =>
  `/docs/${page.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1')}`;
