import type { ScaleResult } from '@livekit-swarm/chaos/scale';
import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import { renderScaleJunit } from './junit.ts';
import { scalePage } from './page.ts';
import { exitCodeOfScale, mainOf } from './phrases.ts';
import { renderScaleText } from './text.ts';

export { exitCodeOfScale } from './phrases.ts';

/** Every reporter of a rehearsal of a scaler by its name. */
export const SCALE_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'scale.txt', render: renderScaleText },
  json: {
    about: 'one object, for machines',
    fileName: 'scale.json',
    render: (result) =>
      jsonText(
        finiteDeep({
          ...result,
          answer: mainOf(result).answer,
          exitCode: exitCodeOfScale(result),
        }),
      ),
  },
  junit: {
    about: 'JUnit XML: for each mode one test case for the answer and each objective',
    fileName: 'scale-junit.xml',
    render: renderScaleJunit,
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'scale.md',
    render: (result) => renderPageMarkdown(scalePage(result)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'scale.html',
    render: (result) => renderPage(scalePage(result)),
  },
} as const satisfies Record<Format<'scale'>, Reporter<ScaleResult>>;
