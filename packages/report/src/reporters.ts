import { renderJson } from './json.ts';
import type { Reporter } from './report-input.ts';
import { renderText } from './text.ts';

/** Every reporter by its name; one file each. */
export const REPORTERS = {
  text: renderText,
  json: renderJson,
} as const satisfies Record<string, Reporter>;

export type ReporterName = keyof typeof REPORTERS;
