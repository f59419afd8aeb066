import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderSipJson } from './json.ts';
import { renderSipJunit } from './junit.ts';
import { sipPage } from './page.ts';
import type { SipResult } from './sip-result.ts';
import { renderSip } from './text.ts';

export type { SipResult } from './sip-result.ts';

/** Every reporter of `swarm sip` by its name. */
export const SIP_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'sip.txt', render: renderSip },
  json: { about: 'one object, for machines', fileName: 'sip.json', render: renderSipJson },
  junit: {
    about: 'JUnit XML: one test case for each threshold',
    fileName: 'sip-junit.xml',
    render: renderSipJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'sip.md',
    render: (result) => renderPageMarkdown(sipPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'sip.html',
    render: (result) => renderPage(sipPage(result)),
  },
} as const satisfies Record<Format<'sip'>, Reporter<SipResult>>;
