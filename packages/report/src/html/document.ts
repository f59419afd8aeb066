import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { html, type Markup, raw } from './markup.ts';
import { paletteSheet } from './palette.ts';

export interface Document {
  title: string;
  body: Markup;
  /** JSON for the script of a report; null: none. */
  data: Markup | null;
  /** CSS of this page alone, after all others. */
  sheet?: string;
  /** Default: that of reports, where there is data. */
  script?: keyof typeof SCRIPTS;
}

/** The style sheets and scripts of a page, in order. */
const SHEETS = [
  'uplot.css',
  'palette.css',
  ...[
    'base',
    'layout',
    'verdict',
    'tiles',
    'glance',
    'tables',
    'charts',
    'participants',
    'facts',
    'flame',
    'phone',
    'print',
  ].map((name) => `style/${name}.css`),
];
const EARLY = 'page.generated/early.js';
const LIBRARY = 'uplot.js';
/** Scripts at the end of pages: files of `page.generated`. */
const SCRIPTS = {
  'main.js': { charts: true, connects: false },
  'live.js': { charts: true, connects: true },
  'plain.js': { charts: false, connects: false },
};

/** Four dots in a square: recognisable in a row of tabs. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%233457d5%22/%3E%3Ccircle cx=%225%22 cy=%225%22 r=%221.6%22 fill=%22white%22/%3E%3Ccircle cx=%2211%22 cy=%225%22 r=%221.6%22 fill=%22white%22/%3E%3Ccircle cx=%225%22 cy=%2211%22 r=%221.6%22 fill=%22white%22/%3E%3Ccircle cx=%2211%22 cy=%2211%22 r=%221.6%22 fill=%22white%22/%3E%3C/svg%3E';

/**
 * A self-contained file; its policy allows no other scripts, and network access only to the live
 * page, to the server that it is from.
 */
export const documentOf = ({ title, body, data, sheet: own = '', script }: Document): string => {
  const sheet = [...SHEETS.map(readAsset), own].join('\n');
  const early = readAsset(EARLY);
  const file = script ?? (data === null ? 'plain.js' : 'main.js');
  const { charts, connects } = SCRIPTS[file];
  const scripts = [...(charts ? [LIBRARY] : []), `page.generated/${file}`].map(readAsset);
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(sheet)}`,
    `script-src ${[early, ...scripts].map(hashOf).join(' ')}`,
    'img-src data:',
    ...(connects ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="livekit-swarm">
<title>${title}</title>
<link rel="icon" href="${raw(ICON)}">
<script>${raw(early)}</script>
<style>${raw(sheet)}</style>
</head>
<body>
${body}
${data !== null && html`<script type="application/json" id="data">${data}</script>`}
${scripts.map((script) => html`<script>${raw(script)}</script>`)}
</body>
</html>
`.text;
};

/** A policy allows scripts and style sheets by their hash (CSP3 §8.3). */
const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const require = createRequire(import.meta.url);
const kept = new Map<string, string>();

/** Assets from other folders. The licence of the chart library must accompany its code. */
const MADE: Record<string, () => string> = {
  'uplot.js': () =>
    `/*\n${readFileSync(join(libraryDir(), '..', 'LICENSE'), 'utf8').trim()}\n*/\n${libraryFile('uPlot.iife.min.js')}`,
  'uplot.css': () => libraryFile('uPlot.min.css'),
  'palette.css': paletteSheet,
};

const libraryDir = (): string => dirname(require.resolve('uplot/dist/uPlot.iife.min.js'));
const libraryFile = (file: string): string => readFileSync(join(libraryDir(), file), 'utf8');

/**
 * A style sheet or script as it goes on the page, read once.
 * @param file in this folder, or of the chart library
 */
export const readAsset = (file: string): string => {
  let text = kept.get(file);
  if (text === undefined) {
    text = MADE[file]?.() ?? readFileSync(join(import.meta.dirname, file), 'utf8');
    // A closing tag in the text of a script ends the script element.
    if (/<\/(script|style)|<!--/i.test(text))
      throw new Error(`${file} cannot be embedded: it contains a closing tag`);
    kept.set(file, text);
  }
  return text;
};
