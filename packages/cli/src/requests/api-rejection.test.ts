import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { throwRejection } from './api-rejection.ts';

test.each([
  ['agents', 'status'],
  ['recordings', 'run'],
])('swarm %s %s explains an API that does not answer', async (...words) => {
  const console = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
  const deployment = ['--url', 'ws://127.0.0.1:9', '--api-key', 'key', '--api-secret', 'secret'];
  const run = createProgram(console, () => {}).parseAsync([...words, ...deployment], {
    from: 'user',
  });
  await expect(run).rejects.toMatchObject({
    ...{ name: 'SwarmError', exitCode: 3, message: expect.stringContaining('127.0.0.1:9') },
  });
});

test('any other error stays what it is', () => {
  const bug = new TypeError('a bug');
  expect(() => throwRejection(bug)).toThrow(bug);
});
