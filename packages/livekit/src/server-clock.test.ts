import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { clockProblem, readServerClock } from './server-clock.ts';

/**
 * Compares the clock of this host with a server that sends these headers.
 * @returns the message; null: no problem
 */
const problemWith = async (headers: Record<string, string>): Promise<string | null> => {
  const server = createServer((_, response) => {
    response.sendDate = false;
    response.writeHead(404, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clock = await readServerClock(url, 5_000);
    const problem = clock === null ? null : clockProblem(clock, url);
    if (problem !== null) expect(problem).toMatchObject({ code: 'clock_wrong', exitCode: 98 });
    return problem?.message ?? null;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const dateIn = (seconds: number): Record<string, string> => ({
  Date: new Date(Date.now() + seconds * 1_000).toUTCString(),
});

test.each([0, 20, -20])('a difference of %d s is tolerated', async (seconds) => {
  expect(await problemWith(dateIn(seconds))).toBeNull();
});

test('a larger difference is an error with both times', async () => {
  const behind = await problemWith(dateIn(90));
  expect(behind).toMatch(/ (89|90|91) s behind /);
  expect(behind?.match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g)).toHaveLength(2);
  expect(await problemWith(dateIn(-900))).toMatch(/ (899|900|901) s ahead of /);
});

test('an answer without a date, or from a cache, has no reading', async () => {
  expect(await problemWith({})).toBeNull();
  expect(await problemWith({ Date: 'yesterday' })).toBeNull();
  expect(await problemWith({ ...dateIn(-900), Age: '900' })).toBeNull();
});

test('a server that does not answer has no reading', async () => {
  expect(await readServerClock('ws://127.0.0.1:9', 5_000)).toBeNull();
});
