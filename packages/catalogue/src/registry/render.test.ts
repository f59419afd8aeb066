import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { collect, countSeries, formatFor, render } from './render.ts';

const filled = (): Registry => {
  const registry = new Registry();
  new Counter({ name: 'made_total', help: 'Made', labelNames: ['by'], registers: [registry] }).inc(
    { by: 'a "b"\n\\' },
    3,
  );
  new Gauge({ name: 'level', help: 'Level', registers: [registry] }).set(0.5);
  new Histogram({
    name: 'took_seconds',
    help: 'Took',
    buckets: [0.1, 1],
    registers: [registry],
  }).observe(0.2);
  new Gauge({ name: 'nothing', help: 'Never set', labelNames: ['x'], registers: [registry] });
  return registry;
};

describe('render', () => {
  it('writes the text format and OpenMetrics of one registry repeatedly', async () => {
    const registry = filled();
    const before = await render(await collect(registry), 'text');
    const open = await render(await collect(registry), 'openmetrics');
    expect(before.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(before.body).toContain(
      '# TYPE made_total counter\nmade_total{by="a \\"b\\"\\n\\\\"} 3\n',
    );
    expect(open.contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(open.body).toContain('# TYPE made counter\nmade_total{by="a \\"b\\"\\n\\\\"} 3\n');
    expect(open.body).toMatch(/took_seconds_bucket\{le="0\.1"\} 0\n[\s\S]*took_seconds_count 1\n/);
    expect(open.body).toMatch(/\n# EOF\n$/);
    // Writing OpenMetrics must not change the next output.
    expect((await render(await collect(registry), 'text')).body).toBe(before.body);
  });

  it('leaves out metrics without a value', async () => {
    expect((await render(await collect(filled()), 'text')).body).not.toContain('nothing');
  });

  it('counts every series', async () => {
    expect(countSeries(await collect(filled()))).toBe(1 + 1 + 5);
  });
});

describe('formatFor', () => {
  it.each([
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/plain', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    [
      'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['text/plain;q=1,application/openmetrics-text;q=0.5', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['nonsense;;;q=x,,,', 'text'],
  ])('%s: %s', (accept, format) => expect(formatFor(accept)).toBe(format));
});
