import { jsonReporter } from './json.ts';
import { junitReporter } from './junit/junit.ts';
import type { Reporter } from './reporter.ts';
import { textReporter } from './text.ts';

/** Every reporter by its name; one file each. */
export const REPORTERS = {
  text: textReporter,
  json: jsonReporter,
  junit: junitReporter,
} as const satisfies Record<string, Reporter>;

export type ReporterName = keyof typeof REPORTERS;
