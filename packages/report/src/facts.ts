import type { HealthFinding, Reason, RunNote } from '@livekit-swarm/analysis';
import type { z } from 'zod';
import { type AdviceContext, healthAdvice, healthText } from './phrases/limits.ts';
import { noteText } from './phrases/run-event.ts';
import { reasonText } from './phrases/verdict-reason.ts';
import type * as schema from './schema/facts-schema.ts';

/** Facts of a run as JSON shows them: code, values and text. */

export const findingObject = (
  finding: HealthFinding,
  context: AdviceContext,
): z.infer<typeof schema.healthFinding> => ({
  ...finding,
  advice: healthAdvice(finding, context),
  text: healthText(finding),
});

export const noteObject = (note: RunNote): z.infer<typeof schema.runNote> => ({
  ...note,
  text: noteText(note),
});

export const reasonObject = (
  reason: Reason,
  context: AdviceContext,
): z.infer<typeof schema.reason> => {
  const text = reasonText(reason, context);
  switch (reason.code) {
    case 'threshold_crossed': {
      const { code, result, mayBeCausedByGenerator } = reason;
      return { code, ...ofThreshold(result), value: result.value, mayBeCausedByGenerator, text };
    }
    case 'threshold_not_measured': {
      const { code, result, cause } = reason;
      return { code, ...ofThreshold(result), cause, text };
    }
    case 'threshold_not_judged': {
      const { code, result, doubt } = reason;
      return { code, ...ofThreshold(result), value: result.value, doubt, text };
    }
    case 'generator_impaired':
      return { code: reason.code, finding: findingObject(reason.finding, context), text };
    // The result has the comparison in a field of its own.
    case 'baseline_regression':
    case 'baseline_inconclusive':
      return { code: reason.code, text };
    default:
      return { ...reason, text };
  }
};

const ofThreshold = ({
  metric,
  expression,
  window,
}: Extract<Reason, { code: 'threshold_crossed' }>['result']) => ({
  metric,
  expression,
  window: window?.name ?? null,
});
