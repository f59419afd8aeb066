import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';

const run = (...args: string[]): Promise<unknown> => {
  const console = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
  const deployment = ['--url', 'ws://127.0.0.1:9', '--api-key', 'key', '--api-secret', 'secret'];
  const words = ['recordings', 'run', ...deployment, ...args];
  return createProgram(console, () => {}).parseAsync(words, { from: 'user' });
};

test('rooms in which users may be are not recorded without a confirmation', async () => {
  for (const prefix of ['m', 'swarm', 'lesson-'])
    await expect(run('--room-prefix', prefix)).rejects.toMatchObject({
      ...{ code: 'usage', message: expect.stringContaining('users may be in these rooms') },
      hint: expect.stringContaining('--with-other-users'),
    });
  // Confirmed: the deployment is asked, which does not answer here.
  await expect(run('--room-prefix', 'm', '--with-other-users')).rejects.toMatchObject({
    message: expect.stringContaining('127.0.0.1:9'),
  });
});

test.each([
  's3://key:hunter2@bucket/files',
  'ftp://files.example.com/?hunter2',
  'https://user:hunter2@files.example.com/',
  'https://files.example.com/?token=hunter2',
])('refuses files at %s, without their secret', async (files) => {
  const refused = run('--files', files);
  await expect(refused).rejects.toMatchObject({ code: 'usage' });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
});

test.each([
  ['check', 's3://key:hunter2@bucket/room.mp4'],
  ['check', 's3://bucket'],
  ['check', 'room.mp4', '--s3-endpoint', 'https://key:hunter2@minio.example.com'],
])('refuses the object %s %s', async (...words) => {
  const console = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
  const refused = createProgram(console, () => {}).parseAsync(['recordings', ...words], {
    from: 'user',
  });
  await expect(refused).rejects.toMatchObject({ code: 'usage' });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
});
