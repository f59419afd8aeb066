// The site of docs/: `npm run docs:site`. scripts/site stages the pages and writes this navigation.
import { readFileSync } from 'node:fs';

const stage = new URL('../.cache/', import.meta.url);
const { base, version, versions, repository, sources, sidebar } = JSON.parse(
  readFileSync(new URL('navigation.json', stage), 'utf8'),
);

const DESCRIPTION = 'Load testing, monitoring and chaos drills for self-hosted LiveKit.';
/** Three levels, as in a meter of audio. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/><path d="M9 20v-6M16 24V8M23 18v-4" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>`;

/** Colours of the theme that WCAG AA (4.5:1) rejects in light mode: names of languages, the button of the home page. */
const STYLE =
  ':root{--vp-code-lang-color:var(--vp-c-text-2)}:root:not(.dark){--vp-button-brand-bg:var(--vp-c-brand-1)}';

export default {
  title: 'livekit-swarm',
  description: DESCRIPTION,
  head: [
    ['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }],
    ['style', {}, STYLE],
    ['meta', { property: 'og:title', content: 'livekit-swarm' }],
    ['meta', { property: 'og:description', content: DESCRIPTION }],
  ],
  base,
  srcDir: '.cache/pages',
  outDir: '../../dist/site',
  cacheDir: '../../.cache/vitepress',
  cleanUrls: true,
  // Anchors as GitHub names them, so that links work in both.
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    anchor: { slugify: githubAnchor },
    // Braces after code are text here, not attributes.
    attrs: { disable: true },
    config: (md) => {
      // Inline code may contain templates of Go and Prometheus, which Vue would take for its own.
      md.renderer.rules.code_inline = (tokens, index) =>
        `<code v-pre>${md.utils.escapeHtml(tokens[index].content)}</code>`;
    },
  },
  // A page of the site is a copy: its link to the editor and its date are those of its source.
  transformPageData: (page) => {
    const source = sources[page.relativePath];
    if (source === undefined || source.generated) page.frontmatter.editLink = false;
    if (source === undefined) return;
    page.filePath = source.path;
    if (source.changed !== null) page.lastUpdated = source.changed;
  },
  themeConfig: {
    editLink: { pattern: `${repository}/edit/main/:path`, text: 'Edit this page' },
    nav: [
      { text: 'Get started', link: '/docs/get-started' },
      { text: 'Runbooks', link: '/docs/runbooks/' },
      {
        text: version,
        items: [...versions, { text: 'Changelog', link: `${repository}/blob/main/CHANGELOG.md` }],
      },
    ],
    sidebar,
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
  },
};

/** @param {string} heading */
function githubAnchor(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
