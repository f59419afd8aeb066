// The site of docs/: `npm run docs:site`. scripts/site stages the pages and writes this navigation.
import { readFileSync } from 'node:fs';

const stage = new URL('../.cache/', import.meta.url);
const { base, version, versions, repository, sidebar } = JSON.parse(
  readFileSync(new URL('navigation.json', stage), 'utf8'),
);

export default {
  title: 'livekit-swarm',
  description: 'Load testing, monitoring and chaos drills for self-hosted LiveKit.',
  base,
  srcDir: '.cache/pages',
  outDir: '../../dist/site',
  cacheDir: '../../.cache/vitepress',
  cleanUrls: true,
  // Anchors as GitHub names them, so that links work in both.
  markdown: {
    anchor: { slugify: githubAnchor },
    // Braces after code are text here, not attributes.
    attrs: { disable: true },
    config: (md) => {
      // Inline code may contain templates of Go and Prometheus, which Vue would take for its own.
      md.renderer.rules.code_inline = (tokens, index) =>
        `<code v-pre>${md.utils.escapeHtml(tokens[index].content)}</code>`;
    },
  },
  themeConfig: {
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
