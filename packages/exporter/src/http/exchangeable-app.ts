import type { Hono } from 'hono';
import type { Fetching } from './serve.ts';

interface Generation {
  app: Hono;
  requests: number;
  idle: PromiseWithResolvers<void>;
}

const generationOf = (app: Hono): Generation => ({
  app,
  requests: 0,
  idle: Promise.withResolvers<void>(),
});

/** Application that another one can replace while requests run. */
export class ExchangeableApp implements Fetching {
  #current: Generation;
  /** Resolved when the requests of all replaced applications are answered. */
  #earlier: Promise<unknown> = Promise.resolve();

  constructor(app: Hono) {
    this.#current = generationOf(app);
  }

  readonly fetch: Fetching['fetch'] = async (request, env) => {
    const mine = this.#current;
    mine.requests++;
    try {
      return await mine.app.fetch(request, env);
    } finally {
      mine.requests--;
      if (mine.requests === 0 && mine !== this.#current) mine.idle.resolve();
    }
  };

  /**
   * Serve further requests with another application.
   * @returns a promise that resolves when the running requests of the old one are answered, and
   * those of others before it, which may use the same sources
   */
  exchange(app: Hono): Promise<unknown> {
    const old = this.#current;
    this.#current = generationOf(app);
    if (old.requests === 0) old.idle.resolve();
    this.#earlier = Promise.all([this.#earlier, old.idle.promise]);
    return this.#earlier;
  }
}
