import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { assertObservable } from './preconditions.ts';

const usual = drillOf();
const asking = (objectives: Partial<typeof usual.objectives>) => ({
  ...usual,
  objectives: { ...usual.objectives, ...objectives },
});
const SEEN = { name: 'staging', prometheusUrl: null, redisUrl: null };

it('needs nothing without such objectives', async () => {
  await expect(assertObservable(SEEN, usual)).resolves.toBeUndefined();
});

it('rejects the objective ghostRooms without a Redis URL', async () => {
  await expect(assertObservable(SEEN, asking({ ghostRooms: 0 }))).rejects.toMatchObject({
    code: 'redis_required',
    message: expect.stringContaining('needs the Redis URL of "staging"'),
  });
  await expect(
    assertObservable({ ...SEEN, redisUrl: 'redis://127.0.0.1:1' }, asking({ ghostRooms: 0 })),
  ).resolves.toBeUndefined();
});

it('rejects the objective alerts when Prometheus does not answer', async () => {
  let answer = '{"status":"success","data":{"alerts":[]}}';
  const rule = (duration: number): string =>
    `{"data":{"groups":[{"interval":1,"rules":[{"type":"alerting","name":"LiveKitNodeDown","query":"up == 0","duration":${duration}}]}]}}`;
  let rules = rule(5);
  const server = createServer(({ url: path }, response) =>
    response.end(path === '/api/v1/rules' ? rules : answer),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const url = `http://me:hidden@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  const alerts = asking({ alertsWithinMs: { LiveKitNodeDown: 20_000 } });
  try {
    await expect(
      assertObservable({ ...SEEN, prometheusUrl: url.replace('me:hidden@', '') }, alerts),
    ).resolves.toBeUndefined();
    rules = rule(90);
    await expect(
      assertObservable({ ...SEEN, prometheusUrl: url.replace('me:hidden@', '') }, alerts),
    ).rejects.toMatchObject({
      code: 'alert_impossible',
      message: expect.stringContaining('LiveKitNodeDown waits 1m30s; the objective of 20s cannot'),
    });
    rules = '{"status":"error"}';
    await expect(
      assertObservable({ ...SEEN, prometheusUrl: url.replace('me:hidden@', '') }, alerts),
    ).rejects.toMatchObject({ message: expect.stringContaining('does not list its rules') });
    answer = '<html>something else</html>';
    const refused = assertObservable({ ...SEEN, prometheusUrl: url }, alerts);
    await expect(refused).rejects.toMatchObject({
      code: 'prometheus_required',
      message: expect.stringContaining('does not answer'),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hidden') });
  } finally {
    server.close();
  }
});
