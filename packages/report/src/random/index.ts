import type { RandomResult } from '@livekit-swarm/chaos/random';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderRandomJunit } from './junit.ts';
import { randomPage } from './page.ts';
import { renderRandomText } from './text.ts';

export { drawnText, shrunkText } from './phrases.ts';

/** Every reporter of a search with random drills by its name. */
export const RANDOM_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'random.txt', render: renderRandomText },
  json: {
    about: 'one object, for machines',
    fileName: 'result.json',
    render: (result) => jsonText(finiteDeep(result)),
  },
  junit: {
    about: 'JUnit XML: one test case for each drill',
    fileName: 'random-junit.xml',
    render: renderRandomJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'random.md',
    render: (result) => renderPageMarkdown(randomPage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'random.html',
    render: (result) => renderPage(randomPage(result)),
  },
} as const satisfies Record<Format<'random'>, Reporter<RandomResult>>;
