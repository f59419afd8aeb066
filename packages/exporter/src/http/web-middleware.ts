import type { MiddlewareHandler } from 'hono';
import { createLimiter, type Limiter } from '../sources/clients/limiter.ts';
import type { Web } from '../web/open-web.ts';
import type { WebSettings } from '../web/web-settings.ts';

/** Follow the web configuration file with each request, and add the headers that it names. */
export const webHeaders =
  (web: Web): MiddlewareHandler =>
  async (c, next) => {
    web.refresh();
    await next();
    for (const [name, value] of web.current.headers) c.header(name, value);
  };

/** Limit the rate of all requests together, by `rate_limit` of the web configuration file. */
export const webRateLimit = (web: Web): MiddlewareHandler => {
  let of: WebSettings['rateLimit'] = null;
  let limiter: Limiter | null = null;
  return async (c, next) => {
    const { rateLimit } = web.current;
    if (rateLimit !== of) {
      of = rateLimit;
      limiter =
        rateLimit === null
          ? null
          : createLimiter({ perSecond: 1_000 / rateLimit.intervalMs, burst: rateLimit.burst }, 1);
    }
    if (limiter?.allows('', performance.now()) === false)
      return c.text('too many requests\n', 429, { 'retry-after': '1' });
    return await next();
  };
};
