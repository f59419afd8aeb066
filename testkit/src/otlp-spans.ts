import { ScalarType } from '@bufbuild/protobuf';
import { one, part, parts } from './message-fields.ts';
import {
  KeyValue,
  labelsOf,
  list,
  message,
  type Plain,
  plainOf,
  Resource,
  record,
} from './otlp-messages.ts';

/**
 * Messages of opentelemetry/proto/trace/v1/trace.proto, with the numbers of that file instead of
 * the SDK's, which is under test.
 */
const { STRING, BYTES, FIXED64, UINT32 } = ScalarType;

const Event = message('Event', [
  one(1, 'time_unix_nano', FIXED64),
  one(2, 'name', STRING),
  parts(3, 'attributes', KeyValue),
]);
const Link = message('Link', [one(1, 'trace_id', BYTES), one(2, 'span_id', BYTES)]);
const Status = message('Status', [one(2, 'message', STRING), one(3, 'code', UINT32)]);
const SpanMessage = message('Span', [
  one(1, 'trace_id', BYTES),
  one(2, 'span_id', BYTES),
  one(4, 'parent_span_id', BYTES),
  one(5, 'name', STRING),
  one(6, 'kind', UINT32),
  one(7, 'start_time_unix_nano', FIXED64),
  one(8, 'end_time_unix_nano', FIXED64),
  parts(9, 'attributes', KeyValue),
  parts(11, 'events', Event),
  one(12, 'dropped_events_count', UINT32),
  parts(13, 'links', Link),
  part(15, 'status', Status),
]);
const ScopeSpans = message('ScopeSpans', [parts(2, 'spans', SpanMessage)]);
const ResourceSpans = message('ResourceSpans', [
  part(1, 'resource', Resource),
  parts(2, 'scope_spans', ScopeSpans),
]);
const ExportTraceServiceRequest = message('ExportTraceServiceRequest', [
  parts(1, 'resource_spans', ResourceSpans),
]);

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  /** Empty: a root. */
  parentId: string;
  name: string;
  kind: 'unspecified' | 'internal' | 'server' | 'client';
  startMs: number;
  endMs: number;
  attributes: Record<string, string>;
  events: { name: string; atMs: number; attributes: Record<string, string> }[];
  /** Number of events that the sender left out. */
  droppedEvents: number;
  /** Trace ids of the links. */
  links: string[];
  status: 'unset' | 'ok' | 'error';
  statusMessage: string;
}

const KINDS = ['unspecified', 'internal', 'server', 'client'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

/** @throws Error for bytes that are not such a message */
export const decodeTraceRequest = (
  body: Uint8Array,
): { resource: Record<string, string>; spans: OtlpSpan[] } => {
  const request = plainOf(ExportTraceServiceRequest.fromBinary(body));
  const resources = list(request.resourceSpans);
  return {
    resource: labelsOf(list(record(resources[0]?.resource).attributes)),
    spans: resources
      .flatMap(({ scopeSpans }) => list(scopeSpans))
      .flatMap(({ spans }) => list(spans))
      .map(spanOf),
  };
};

const spanOf = (span: Plain): OtlpSpan => {
  const status = record(span.status);
  return {
    traceId: hexOf(span.traceId),
    spanId: hexOf(span.spanId),
    parentId: hexOf(span.parentSpanId),
    name: String(span.name),
    kind: KINDS[Number(span.kind ?? 0)] ?? 'unspecified',
    startMs: Number(span.startTimeUnixNano) / 1e6,
    endMs: Number(span.endTimeUnixNano) / 1e6,
    attributes: labelsOf(list(span.attributes)),
    events: list(span.events).map((event) => ({
      name: String(event.name),
      atMs: Number(event.timeUnixNano) / 1e6,
      attributes: labelsOf(list(event.attributes)),
    })),
    droppedEvents: Number(span.droppedEventsCount ?? 0),
    links: list(span.links).map(({ traceId }) => hexOf(traceId)),
    status: STATUSES[Number(status.code ?? 0)] ?? 'unset',
    statusMessage: String(status.message ?? ''),
  };
};

const hexOf = (bytes: unknown): string => Buffer.from((bytes ?? []) as Uint8Array).toString('hex');
