import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderPresenceJson } from './json.ts';
import { renderPresenceJunit } from './junit.ts';
import { presencePage } from './page.ts';
import type { PresenceResult } from './presence-result.ts';
import { renderPresence } from './text.ts';

export type { PresenceResult } from './presence-result.ts';

/** Every reporter of `swarm presence` by its name. */
export const PRESENCE_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'presence.txt', render: renderPresence },
  json: {
    about: 'one object, for machines',
    fileName: 'presence.json',
    render: renderPresenceJson,
  },
  junit: {
    about: 'JUnit XML: one test case for each threshold',
    fileName: 'presence-junit.xml',
    render: renderPresenceJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'presence.md',
    render: (result) => renderPageMarkdown(presencePage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'presence.html',
    render: (result) => renderPage(presencePage(result)),
  },
} as const satisfies Record<Format<'presence'>, Reporter<PresenceResult>>;
