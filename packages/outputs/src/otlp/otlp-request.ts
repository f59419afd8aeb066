/** Parts of a request that all signals have. */

import { randomUUID } from 'node:crypto';
import type { HrTime } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Protocol } from '../delivery/outcome.ts';
import type { OtlpExporter } from './otlp-exporter.ts';

export const SCOPE = 'livekit-swarm';
const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' };
/** Identity of this process among those of the same service, as OpenTelemetry recommends: UUID v4. */
const INSTANCE = randomUUID();
/** Statuses of OTLP 1.x, "Retryable Response Codes": any other failure is final. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** @param version version of the product */
export const resourceOf = ({ resource }: OtlpExporter, version: string): Resource =>
  resourceFromAttributes({
    'service.name': SCOPE,
    'service.version': version,
    'service.instance.id': INSTANCE,
    ...resource,
  });

/** @param read reads the part that a receiver rejected from its answer to an accepted request */
export const protocolOf = (
  encoding: OtlpExporter['encoding'],
  items: string,
  read: (body: Buffer) => { rejected: number; message: string },
): Protocol => ({
  headers: { 'content-type': CONTENT_TYPES[encoding] },
  isRetryable: (status) => RETRYABLE.has(status),
  partialRejection: (body) => {
    if (body.length === 0) return null;
    try {
      const { rejected, message } = read(body);
      return rejected > 0 ? { rejected, why: `${rejected} ${items} rejected: ${message}` } : null;
    } catch {
      // An accepted request stays accepted, whatever else the receiver writes.
      return null;
    }
  },
});

export const timeOf = (ms: number): HrTime => [
  Math.floor(ms / 1_000),
  Math.round((ms % 1_000) * 1e6),
];
