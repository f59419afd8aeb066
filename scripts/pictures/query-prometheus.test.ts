import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { queryPrometheus } from './query-prometheus.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** Starts a server that gives this answer to every request, and keeps the requests. */
const prometheusThatSays = async (body: string): Promise<{ url: string; asked: string[] }> => {
  const asked: string[] = [];
  server = createServer(async (request, response) => {
    asked.push(`${request.url}?${(await request.toArray()).join('')}`);
    response.end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
};

const success = (result: object[]): string =>
  JSON.stringify({ status: 'success', data: { result } });

describe('queryPrometheus', () => {
  it('parses series over time', async () => {
    const { url, asked } = await prometheusThatSays(
      success([
        {
          metric: { a: 'b' },
          values: [
            [1.5, '2'],
            [3, 'NaN'],
          ],
        },
      ]),
    );
    expect(await queryPrometheus(url, 'up', { from: 0, to: 10, step: 5 })).toEqual([
      {
        labels: { a: 'b' },
        points: [
          [1_500, '2'],
          [3_000, 'NaN'],
        ],
      },
    ]);
    expect(asked).toEqual(['/api/v1/query_range?query=up&start=0&end=10&step=5']);
  });

  it('parses values at one time', async () => {
    const { url, asked } = await prometheusThatSays(success([{ metric: {}, value: [9, '+Inf'] }]));
    expect(await queryPrometheus(url, 'up', { at: 9 })).toEqual([
      { labels: {}, points: [[9_000, '+Inf']] },
    ]);
    expect(asked).toEqual(['/api/v1/query?query=up&time=9']);
  });

  it('reports the error of Prometheus for a query', async () => {
    const { url } = await prometheusThatSays(
      JSON.stringify({ status: 'error', error: 'parse error' }),
    );
    await expect(queryPrometheus(url, 'up{', { at: 0 })).rejects.toThrow(
      'Prometheus does not take up{: parse error',
    );
  });

  it.each(['<html>', 'null', '{"status":"fine"}'])(
    'rejects %s as an answer of Prometheus',
    async (body) => {
      const { url } = await prometheusThatSays(body);
      await expect(queryPrometheus(url, 'up', { at: 0 })).rejects.toThrow('HTTP 200');
    },
  );

  it('reports that Prometheus cannot be reached', async () => {
    await expect(queryPrometheus('http://127.0.0.1:1', 'up', { at: 0 })).rejects.toThrow(
      /nothing at http/,
    );
  });
});
