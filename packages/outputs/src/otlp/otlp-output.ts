import { randomUUID } from 'node:crypto';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Protocol } from '../delivery/outcome.ts';
import type { Encoder, RunIdentity } from '../encoder.ts';
import { createMetricData } from './metric-data.ts';
import type { OtlpSettings } from './otlp-settings.ts';

const SCOPE = 'livekit-swarm';
const SERIALIZERS = { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer };
const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' };
/** Identity of this process among those of the same service, as OpenTelemetry recommends: UUID v4. */
const INSTANCE = randomUUID();
/** Statuses of OTLP 1.x, "Retryable Response Codes": any other failure is final. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * Makes the encoder of a run.
 * @param version version of the product
 */
export const createOtlpEncoder = (
  settings: OtlpSettings,
  version: string,
  identity: RunIdentity,
): Encoder => {
  const serializer = SERIALIZERS[settings.encoding];
  const resource = resourceFromAttributes({
    'service.name': SCOPE,
    'service.version': version,
    'service.instance.id': INSTANCE,
    ...settings.resource,
  });
  const dataOf = createMetricData(identity, settings);
  return {
    push: (figures, at) => {
      const metrics = dataOf(figures, at);
      const body = serializer.serializeRequest({
        resource,
        scopeMetrics: [{ scope: { name: SCOPE, version }, metrics }],
      });
      return body === undefined ? [] : [body];
    },
    // The SDK's data model lacks OTLP's flag for series without a value: backends let them expire.
    end: () => [],
  };
};

export const otlpProtocol = ({ encoding }: OtlpSettings): Protocol => ({
  headers: { 'content-type': CONTENT_TYPES[encoding] },
  isRetryable: (status) => RETRYABLE.has(status),
  partialRejection: (body) => {
    if (body.length === 0) return null;
    try {
      const { partialSuccess } = SERIALIZERS[encoding].deserializeResponse(body);
      const rejected = Number(partialSuccess?.rejectedDataPoints ?? 0);
      return rejected > 0
        ? `${rejected} points rejected: ${partialSuccess?.errorMessage ?? ''}`
        : null;
    } catch {
      // An accepted request stays accepted, whatever else the receiver writes.
      return null;
    }
  },
});
