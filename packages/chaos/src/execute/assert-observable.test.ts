import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { assertObservable } from './preconditions.ts';

const usual = drillOf();
/** A server that answers with what `respond` returns; its base URL ends without a slash. */
const serve = async (respond: (path: string, authorization: string) => string) => {
  const server = createServer(({ url = '', headers }, response) =>
    response.end(respond(url, headers.authorization ?? '')),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

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
  const host = await serve((path) => (path === '/api/v1/rules' ? rules : answer));
  const url = `http://me:hidden@${host}/`;
  const alerts = asking({ alertsWithinMs: { LiveKitNodeDown: 20_000 } });
  await expect(assertObservable({ ...SEEN, prometheusUrl: url }, alerts)).resolves.toBeUndefined();
  rules = rule(90);
  await expect(assertObservable({ ...SEEN, prometheusUrl: url }, alerts)).rejects.toMatchObject({
    code: 'alert_impossible',
    message: expect.stringContaining('LiveKitNodeDown waits 1m30s; the objective of 20s cannot'),
  });
  rules = '{"status":"error"}';
  await expect(assertObservable({ ...SEEN, prometheusUrl: url }, alerts)).rejects.toMatchObject({
    message: expect.stringContaining('does not list its rules'),
  });
  answer = '<html>something else</html>';
  const refused = assertObservable({ ...SEEN, prometheusUrl: url }, alerts);
  await expect(refused).rejects.toMatchObject({
    code: 'prometheus_required',
    message: expect.stringContaining('does not answer'),
  });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hidden') });
});

it('finds Prometheus below a path, behind a password', async () => {
  const asked: string[] = [];
  const host = await serve((path, authorization) => {
    asked.push(`${path} ${authorization}`);
    return path === '/prometheus/api/v1/rules'
      ? '{"data":{"groups":[{"interval":1,"rules":[{"type":"alerting","name":"Down","query":"up == 0","duration":5}]}]}}'
      : '{"data":{"alerts":[]}}';
  });
  const prometheusUrl = `http://me:hidden@${host}/prometheus/`;
  await assertObservable({ ...SEEN, prometheusUrl }, asking({ alertsWithinMs: { Down: 20_000 } }));
  const password = `Basic ${Buffer.from('me:hidden').toString('base64')}`;
  expect(new Set(asked)).toEqual(
    new Set([`/prometheus/api/v1/alerts ${password}`, `/prometheus/api/v1/rules ${password}`]),
  );
});
