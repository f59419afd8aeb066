import { flattenMetrics } from '@livekit-swarm/metrics';
import { outcomeOf } from '@livekit-swarm/sip';
import { jsonText } from '../json-text.ts';
import { achievedRate, NEVER_RUN, outcomesOf } from './phrases.ts';
import type { SipResult } from './sip-result.ts';

/** One object, for machines: times are ms since 1970. */
export const renderSipJson = (result: SipResult): string => {
  const { address, callsPerSecond, concurrency, run, metrics, judgement, exitCode } = result;
  const { calls, planned, startedAtMs, endedAtMs, generator, followed } = run;
  return jsonText({
    schema: 'livekit-swarm/sip/1',
    ...{ address, verdict: judgement.verdict, exitCode, startedAtMs, endedAtMs },
    about: NEVER_RUN,
    ...{ planned, callsPerSecond, achievedCallsPerSecond: achievedRate(run), concurrency },
    outcomes: Object.fromEntries(outcomesOf(calls)),
    metrics: flattenMetrics(metrics),
    thresholds: judgement.thresholds.map(({ metric, expression, value, ok, source }) => ({
      ...{ metric, expression, value, ok, source },
    })),
    calls: calls.map((call) => {
      const { answer: _, ...signalling } = call.signalling;
      return { ...call, outcome: outcomeOf(call), signalling };
    }),
    api: followed,
    generator: { ...generator, isImpaired: judgement.isImpaired },
  });
};
