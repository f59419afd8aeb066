import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import type { Connectivity } from './connectivity.ts';
import { renderConnectivityJunit } from './junit.ts';
import { connectivityPage } from './page.ts';
import { renderConnectivity } from './text.ts';

export type { Connectivity } from './connectivity.ts';

/** Every reporter of `swarm connectivity` by its name. */
export const CONNECTIVITY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'connectivity.txt', render: renderConnectivity },
  json: {
    about: 'one object, for machines',
    fileName: 'connectivity.json',
    render: ({ url, checks }) => jsonText({ schema: 'livekit-swarm/connectivity/1', url, checks }),
  },
  junit: {
    about: 'JUnit XML: one test case for each path',
    fileName: 'connectivity-junit.xml',
    render: renderConnectivityJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'connectivity.md',
    render: (result) => renderPageMarkdown(connectivityPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'connectivity.html',
    render: (result) => renderPage(connectivityPage(result)),
  },
} as const satisfies Record<Format<'connectivity'>, Reporter<Connectivity>>;
