import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

export interface BodyLimit {
  /** Bytes. */
  maxSize: number;
  onError(context: Context): Response;
}

/**
 * Reads no more than that of a body, also of one that comes in pieces and does not say how long it is (RFC 9112 §7.1). Such a one hono reads itself and makes a
 * request of it again, which needs a real one: node-server's stands for one only.
 */
export const limitBody = (options: BodyLimit): MiddlewareHandler => {
  const limit = bodyLimit(options);
  return (context, next) => {
    const { raw } = context.req;
    if (raw.body !== null && !raw.headers.has('content-length')) context.req.raw = realRequest(raw);
    return limit(context, next);
  };
};

const realRequest = ({ url, method, headers, body, signal }: Request): Request =>
  new Request(url, { method, headers: [...headers], body, signal, duplex: 'half' });
