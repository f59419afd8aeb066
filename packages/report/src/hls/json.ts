import { flattenMetrics } from '@livekit-swarm/metrics';
import { jsonText } from '../json-text.ts';
import type { HlsResult } from './hls-result.ts';

/** One object, for machines: times are ms since 1970. */
export const renderHlsJson = ({
  url,
  listeners,
  stream,
  audience,
  judgement,
  exitCode,
}: HlsResult): string =>
  jsonText({
    schema: 'livekit-swarm/hls/1',
    ...{ url, verdict: judgement.verdict, exitCode, listeners, stream },
    ...{ startedAtMs: audience.startedAtMs, endedAtMs: audience.endedAtMs },
    ...{ counts: audience.counts, metrics: flattenMetrics(audience.metrics) },
    thresholds: judgement.thresholds.map(({ metric, expression, value, ok, source }) => ({
      ...{ metric, expression, value, ok, source },
    })),
    ...{ findings: audience.findings, findingsDropped: audience.dropped, notes: audience.notes },
    generator: { ...audience.generator, isImpaired: judgement.isImpaired },
  });
