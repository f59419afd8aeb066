import { Option } from 'commander';

/** Form of the summary of a run on stdout. */
export type SummaryForm = 'compact' | 'full';

const FORMS: readonly SummaryForm[] = ['compact', 'full'];

/** The flag for the summary on stdout. @param initial form without the flag */
export const summaryFlag = (initial: SummaryForm): Option =>
  new Option(
    '--summary <form>',
    `compact (a run that passed in at most 25 lines, every other one in full) or full (default: ${initial})`,
  )
    .choices(FORMS)
    .default(initial);
