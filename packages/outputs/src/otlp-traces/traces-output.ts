import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { Protocol } from '../delivery/outcome.ts';
import type { Request, RunIdentity, Source } from '../encoder.ts';
import { protocolOf, resourceOf, SCOPE, timeOf } from '../otlp/otlp-request.ts';
import type { Span, SpanContext } from './span.ts';
import type { TraceSettings } from './trace-settings.ts';
import { createTraces } from './traces.ts';

const SERIALIZERS = { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer };
type SpanData = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

/**
 * Makes the source of one run's traces.
 * @param version version of the product
 */
export const createTraceSource = (
  settings: TraceSettings,
  version: string,
  run: RunIdentity,
): Source => {
  const serializer = SERIALIZERS[settings.encoding];
  const resource = resourceOf(settings, version);
  const spansOf = createTraces(run, settings.sampling);
  let waiting: SpanData[] = [];
  const take = (): Request[] => {
    const spans = waiting;
    waiting = [];
    if (spans.length === 0) return [];
    const body = serializer.serializeRequest(spans);
    return body === undefined ? [] : [{ body, items: spans.length }];
  };
  return {
    add: (line) => {
      for (const span of spansOf(line)) waiting.push(dataOf(span, resource, version));
      return waiting.length < settings.batch ? [] : take();
    },
    take,
    end: () => [],
  };
};

export const tracesProtocol = ({ encoding }: TraceSettings): Protocol =>
  protocolOf(encoding, 'spans', (body) => {
    const { partialSuccess } = SERIALIZERS[encoding].deserializeResponse(body);
    return {
      rejected: Number(partialSuccess?.rejectedSpans ?? 0),
      message: partialSuccess?.errorMessage ?? '',
    };
  });

/** Data model of the SDK; nothing else of the SDK is needed, as the record has all times. */
const dataOf = (span: Span, resource: Resource, version: string): SpanData => ({
  name: span.name,
  kind: span.isRequest ? SpanKind.CLIENT : SpanKind.INTERNAL,
  spanContext: () => contextOf(span.context),
  ...(span.parentId !== null && {
    parentSpanContext: contextOf({ ...span.context, spanId: span.parentId }),
  }),
  startTime: timeOf(span.startMs),
  endTime: timeOf(span.endMs),
  duration: timeOf(span.endMs - span.startMs),
  ended: true,
  status:
    span.failure === null
      ? { code: SpanStatusCode.UNSET }
      : { code: SpanStatusCode.ERROR, message: span.failure.message || span.failure.reason },
  attributes: span.attributes,
  links: span.follows === null ? [] : [{ context: contextOf(span.follows) }],
  events: span.events.map(({ name, atMs, attributes }) => ({
    name,
    time: timeOf(atMs),
    attributes,
  })),
  resource,
  instrumentationScope: { name: SCOPE, version },
  droppedAttributesCount: 0,
  droppedEventsCount: span.droppedEvents,
  droppedLinksCount: 0,
});

const contextOf = ({ traceId, spanId }: SpanContext) => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
});
