import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { serveRunMetrics } from './serve-run-metrics.ts';

const stderr = new PassThrough();
const serve = (token: string) =>
  serveRunMetrics({ address: '127.0.0.1:0' }, { stderr, env: { SWARM_METRICS_TOKEN: token } });

it('requires the token, and rejects one that cannot be sent in a header', async () => {
  const metrics = await serve(' let-me-in\n');
  try {
    expect((await fetch(metrics.url)).status).toBe(401);
    expect(
      (await fetch(metrics.url, { headers: { authorization: 'Bearer let-me-in' } })).status,
    ).toBe(200);
  } finally {
    await metrics.close();
  }
  const refused = await serve('pass phrase!').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'usage' });
  expect(String(refused)).toContain('SWARM_METRICS_TOKEN');
  expect(String(refused)).not.toContain('phrase');
});
