import type { Format } from '../formats.ts';
import type { Reporter } from '../reporter.ts';
import { csvReporter } from './csv.ts';
import { githubReporter } from './github.ts';
import { htmlReporter } from './html/html.ts';
import { jsonReporter } from './json.ts';
import { junitReporter } from './junit.ts';
import { k6Reporter } from './k6.ts';
import { markdownReporter } from './markdown.ts';
import { openMetricsReporter } from './openmetrics.ts';
import type { Outcome } from './report-input.ts';
import { textReporter } from './text/text.ts';

/** Every reporter by its name; one file each. */
export const REPORTERS = {
  text: textReporter,
  json: jsonReporter,
  junit: junitReporter,
  markdown: markdownReporter,
  github: githubReporter,
  csv: csvReporter,
  openmetrics: openMetricsReporter,
  k6: k6Reporter,
  html: htmlReporter,
} as const satisfies Record<Format<'run'>, Reporter<readonly Outcome[]>>;

export type ReporterName = keyof typeof REPORTERS;
