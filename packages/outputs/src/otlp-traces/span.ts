import { randomBytes } from 'node:crypto';

/** Position of a span: its trace, and its id within. Hexadecimal, as in W3C Trace Context. */
export interface SpanContext {
  traceId: string;
  spanId: string;
}

export type SpanAttributes = Record<string, string | number>;

/** Span of a join or of a reconnect. Times are Unix time, ms. */
export interface Span {
  name: string;
  context: SpanContext;
  /** Id of the parent in the same trace; null: the root. */
  parentId: string | null;
  /** True where the span is a request to a server. */
  isRequest: boolean;
  startMs: number;
  endMs: number;
  attributes: SpanAttributes;
  /** Reason and sentence of a failure; null: none. */
  failure: { reason: string; message: string } | null;
  events: { name: string; atMs: number; attributes: SpanAttributes }[];
  /** Number of events that are left out. */
  droppedEvents: number;
  /** Root of another trace that this one continues; null: none. */
  follows: SpanContext | null;
}

export const newTrace = (): SpanContext => ({ traceId: hex(16), spanId: hex(8) });

export const within = ({ traceId }: SpanContext): SpanContext => ({ traceId, spanId: hex(8) });

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
