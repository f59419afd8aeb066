import type { Outputs, PushResult, RunPush } from '@livekit-swarm/outputs';
import { isRun, type Outcome } from '@livekit-swarm/report';
import type { Console } from './console.ts';
import { VERSION } from './version.ts';

/**
 * The outputs of `--out`; null without any. Their modules are loaded on use.
 * @throws SwarmError `usage` for an output that cannot be used
 */
export const openMetricOutputs = async (
  texts: readonly string[],
  env: Console['env'],
  warn: (line: string) => void,
): Promise<Outputs | null> => {
  if (texts.length === 0) return null;
  const { openOutputs } = await import('@livekit-swarm/outputs');
  return await openOutputs(texts, {
    env,
    version: VERSION,
    warn: (line) => warn(`warning: ${line}`),
  });
};

const NOTES = {
  otlp: 'metrics_not_pushed',
  'otlp-traces': 'spans_not_pushed',
  'prometheus-rw': 'metrics_not_pushed',
} as const;

/**
 * The outcome of a run once its last metrics were pushed, with a note on what receivers did not take. The verdict is not theirs.
 * @param kill aborted: do not wait for receivers
 */
export const afterPushes = async (
  run: Promise<Outcome>,
  push: RunPush | null,
  kill: AbortSignal,
): Promise<Outcome> => {
  let results: PushResult[] = [];
  const outcome = await run.finally(async () => {
    results = (await push?.close(kill)) ?? [];
  });
  const notes = results
    .filter(({ rejected, lost }) => rejected + lost > 0)
    .map((result) => ({ code: NOTES[result.output], ...result }));
  if (!isRun(outcome) || notes.length === 0) return outcome;
  const { summary } = outcome;
  return { ...outcome, summary: { ...summary, notes: [...summary.notes, ...notes] } };
};
