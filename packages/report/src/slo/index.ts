import type { Format } from '../formats.ts';
import type { Reporter } from '../reporter.ts';
import { renderSloJson } from './json.ts';
import type { SloReport } from './slo-report.ts';
import { renderSloText } from './text.ts';

export type { Exclusion, MonthReport, SloReport, SloResult } from './slo-report.ts';

/** Every reporter of `swarm slo report` by its name. */
export const SLO_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'slo.txt', render: renderSloText },
  json: { about: 'one object, for machines', fileName: 'slo.json', render: renderSloJson },
} as const satisfies Record<Format<'slo'>, Reporter<SloReport>>;
