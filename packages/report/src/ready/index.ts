import type { Readiness } from '@livekit-swarm/ready';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter, ReportOptions } from '../reporter.ts';
import { renderAnswer } from '../verify/answer.ts';
import { renderChecksJunit } from '../verify/junit.ts';
import { readyPage } from './page.ts';
import { questionText } from './phrases.ts';

/** Every reporter of `swarm ready` by its name. */
export const READY_REPORTERS = {
  text: {
    about: 'for a terminal',
    fileName: 'ready.txt',
    render: (readiness, options?: ReportOptions) =>
      renderAnswer(questionText(readiness), readiness, options),
  },
  json: {
    about: 'one object, for machines',
    fileName: 'ready.json',
    render: (readiness) => jsonText({ schema: 'livekit-swarm/ready/1', ...readiness }),
  },
  junit: {
    about: 'JUnit XML: one test case for each check',
    fileName: 'ready-junit.xml',
    render: (readiness) => renderChecksJunit('ready', readiness),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'ready.md',
    render: (readiness) => renderPageMarkdown(readyPage(readiness)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'ready.html',
    render: (readiness) => renderPage(readyPage(readiness)),
  },
} as const satisfies Record<Format<'ready'>, Reporter<Readiness>>;
