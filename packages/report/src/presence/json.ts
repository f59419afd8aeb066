import { flattenMetrics } from '@livekit-swarm/metrics';
import { jsonText } from '../json-text.ts';
import type { PresenceResult } from './presence-result.ts';

/** One object, for machines: times are ms after the start of the run. */
export const renderPresenceJson = ({
  startedAtMs,
  deployment,
  load,
  presence,
  judgement,
  isImpaired,
  exitCode,
}: PresenceResult): string =>
  jsonText({
    schema: 'livekit-swarm/presence/1',
    ...{ startedAtMs, deployment, load, verdict: judgement.verdict, exitCode, isImpaired },
    ...{ sessions: presence.sessions, rooms: presence.rooms },
    ...{ webhooks: presence.webhooks, polls: presence.polls },
    events: presence.events.map(({ event, due, reported, again, delay }) => ({
      ...{ event, due, reported, again },
      delayP50Ms: delay.quantile(0.5) ?? null,
      delayP95Ms: delay.quantile(0.95) ?? null,
      delayMaxMs: delay.max ?? null,
    })),
    findings: presence.findings,
    metrics: flattenMetrics(presence.metrics),
    thresholds: judgement.thresholds.map(({ metric, expression, value, ok, source }) => ({
      ...{ metric, expression, value, ok, source },
    })),
  });
