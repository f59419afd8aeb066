import { fact, healthFindings, runNotes, verdictReasons } from '@livekit-swarm/analysis';
import * as compare from '@livekit-swarm/analysis/compare';
import { z } from 'zod';

/**
 * Facts as JSON shows them: a code and its values, as the analysis defines them, and the text that
 * the other reports show.
 */

const text = z.string().describe('The fact as a sentence, as other reports show it.');
const sentence = { text };

export const healthFinding = healthFindings({
  advice: z.string().nullable().describe('What to change before the next run.'),
  text,
}).meta({
  id: 'HealthFinding',
  description:
    'How the load generator impaired its own measurement: value is above limit (no_samples: below), both processes, samples, milliseconds or shares from 0 to 1.',
});

export const reason = verdictReasons(sentence, healthFinding).meta({
  id: 'Reason',
  description: 'Why a verdict is what it is.',
});

export const runNote = runNotes(sentence).meta({
  id: 'RunNote',
  description: 'An event of the run itself, or a finding in its record.',
});

const runFailure = compare
  .runFailures(sentence)
  .meta({ id: 'RunFailure', description: 'What ended a run early.' });

export const exclusion = compare
  .exclusions(sentence, healthFinding)
  .meta({ id: 'Exclusion', description: 'Why a run is not compared.' });

export const comparisonReason = compare.comparisonReasons(sentence, runFailure, exclusion).meta({
  id: 'ComparisonReason',
  description: 'Why the verdict of a comparison is what it is, besides the figures.',
});

export const comparisonNote = compare.comparisonNotes(sentence).meta({
  id: 'ComparisonNote',
  description: 'What a reader must know to use the figures of a comparison.',
});

export const notComparable = z
  .object({ code: compare.notComparable, text })
  .nullable()
  .describe('Why a figure is not comparable; null where it is.');

export const sessionNote = z
  .discriminatedUnion('code', [
    fact('no_rounds', {}, sentence),
    fact('rounds_missing', { missing: z.number() }, sentence),
    fact(
      'detection',
      {
        figure: z.string(),
        share: z.number().describe('The difference that was to be found, of the figure.'),
        rounds: z.number(),
        variation: z
          .number()
          .nullable()
          .describe(
            'Upper bound of its variation from round to round, a share (80 % confidence). Null: not measured, or zero.',
          ),
        required: z
          .number()
          .nullable()
          .describe(
            'Rounds that find the difference in four sessions of five; null: more than 24.',
          ),
      },
      sentence,
    ),
    fact('records', { folder: z.string() }, sentence),
  ])
  .meta({ id: 'SessionNote', description: 'About the session that made the runs.' });
