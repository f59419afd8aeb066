import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

export interface BodyLimit {
  /** Maximum size of a body, bytes. */
  maxSize: number;
  onError(context: Context): Response;
}

/**
 * Limit the size of bodies, including those that arrive in chunks without a length (RFC 9112 §7.1).
 * hono reads a chunked body itself and makes another request of it. This needs a real Request
 * object, as the one of node-server only stands for a request.
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
