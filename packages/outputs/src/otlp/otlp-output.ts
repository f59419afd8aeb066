import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { Protocol } from '../delivery/outcome.ts';
import type { Encoder, RunIdentity } from '../encoder.ts';
import { createMetricData } from './metric-data.ts';
import { protocolOf, resourceOf, SCOPE } from './otlp-request.ts';
import type { OtlpSettings } from './otlp-settings.ts';

const SERIALIZERS = { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer };

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
  const resource = resourceOf(settings, version);
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

export const otlpProtocol = ({ encoding }: OtlpSettings): Protocol =>
  protocolOf(encoding, 'points', (body) => {
    const { partialSuccess } = SERIALIZERS[encoding].deserializeResponse(body);
    return {
      rejected: Number(partialSuccess?.rejectedDataPoints ?? 0),
      message: partialSuccess?.errorMessage ?? '',
    };
  });
