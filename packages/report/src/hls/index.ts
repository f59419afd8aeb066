import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import type { HlsResult } from './hls-result.ts';
import { renderHlsJson } from './json.ts';
import { renderHlsJunit } from './junit.ts';
import { hlsPage } from './page.ts';
import { renderHls } from './text.ts';

export type { HlsResult } from './hls-result.ts';

/** Every reporter of `swarm hls` by its name. */
export const HLS_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'hls.txt', render: renderHls },
  json: { about: 'one object, for machines', fileName: 'hls.json', render: renderHlsJson },
  junit: {
    about: 'JUnit XML: one test case for each threshold',
    fileName: 'hls-junit.xml',
    render: renderHlsJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'hls.md',
    render: (result) => renderPageMarkdown(hlsPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'hls.html',
    render: (result) => renderPage(hlsPage(result)),
  },
} as const satisfies Record<Format<'hls'>, Reporter<HlsResult>>;
