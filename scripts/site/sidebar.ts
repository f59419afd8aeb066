/** Group of the sidebar, in the form of VitePress. */
export interface SidebarGroup {
  text: string;
  collapsed: boolean;
  items: { text: string; link: string }[];
}

/** Kinds of pages (Diátaxis), which are the sections of docs/README.md, with every page. */
const KINDS = ['Tutorials', 'How-to guides', 'Reference', 'Explanation'];

/**
 * Groups from the tables of docs/README.md: each link becomes an item. Links to files outside of
 * docs/ are omitted.
 */
export const sidebarOf = (index: string): SidebarGroup[] =>
  KINDS.map((kind) => {
    const section = index.split(`\n## ${kind}\n`)[1]?.split('\n## ')[0];
    if (section === undefined) throw new Error(`docs/README.md has no section "${kind}"`);
    const items = [...section.matchAll(/\[([^\]]+)\]\(([\w/-]+\.md)\)/g)].map(
      ([, text = '', page = '']) => ({ text: text.replaceAll('`', ''), link: siteLink(page) }),
    );
    return { text: kind, collapsed: kind !== 'Tutorials', items };
  });

/** Address of a page on the site: `runbooks/README.md` → `/docs/runbooks/`. */
export const siteLink = (page: string): string =>
  `/docs/${page.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1')}`;
