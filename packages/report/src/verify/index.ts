import type { Verification } from '@livekit-swarm/verify';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderVerificationJunit } from './junit.ts';
import { verifyPage } from './page.ts';
import { renderVerification } from './text.ts';

/** Every reporter of `swarm verify` by its name. */
export const VERIFY_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'verify.txt', render: renderVerification },
  json: {
    about: 'one object, for machines',
    fileName: 'verify.json',
    render: (verification) => jsonText({ schema: 'livekit-swarm/verify/1', ...verification }),
  },
  junit: {
    about: 'JUnit XML: one test case for each check',
    fileName: 'verify-junit.xml',
    render: renderVerificationJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'verify.md',
    render: (result) => renderPageMarkdown(verifyPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'verify.html',
    render: (result) => renderPage(verifyPage(result)),
  },
} as const satisfies Record<Format<'verify'>, Reporter<Verification>>;
