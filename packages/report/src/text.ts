import type { ReportInput, ReportOptions } from './report-input.ts';
import { deploymentSection, noteSection, recordSection } from './sections/deployment.ts';
import { generatorSection } from './sections/generator.ts';
import { joinSection } from './sections/joins.ts';
import { mediaSection } from './sections/media.ts';
import { recoverySection } from './sections/recovery.ts';
import { thresholdSection } from './sections/thresholds.ts';
import { verdictSection } from './sections/verdict.ts';
import { worstSection } from './sections/worst.ts';
import { styleFor } from './style.ts';

/** In the order of interest: what came out, by which measure, then the details. */
const SECTIONS = [
  verdictSection,
  thresholdSection,
  joinSection,
  mediaSection,
  recoverySection,
  worstSection,
  generatorSection,
  deploymentSection,
  noteSection,
  recordSection,
];

/** The summary at the end of a run, for people: at most 100 columns, colours only when asked for. */
export const renderText = (input: ReportInput, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const sections = SECTIONS.map((section) => section(input, style)).filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};
