import type { Format } from '../formats.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderRecordingsJson } from './json.ts';
import { renderRecordingsJunit } from './junit.ts';
import { recordingsPage } from './page.ts';
import type { RecordingsResult } from './recordings-result.ts';
import { renderRecordings } from './text.ts';

export { type RecordingsResult, resultOfRecordings } from './recordings-result.ts';

/** Every reporter of `swarm recordings` by its name. */
export const RECORDINGS_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'recordings.txt', render: renderRecordings },
  json: {
    about: 'one object, for machines',
    fileName: 'recordings.json',
    render: renderRecordingsJson,
  },
  junit: {
    about: 'JUnit XML: one test case for each recording',
    fileName: 'recordings-junit.xml',
    render: renderRecordingsJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'recordings.md',
    render: (result) => renderPageMarkdown(recordingsPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'recordings.html',
    render: (result) => renderPage(recordingsPage(result)),
  },
} as const satisfies Record<Format<'recordings'>, Reporter<RecordingsResult>>;
