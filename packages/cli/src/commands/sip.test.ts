import { expect, test } from 'vitest';
import { runProgram } from '../../test/support/run-program.ts';

const run = (...args: string[]): Promise<{ error: string }> =>
  runProgram(['sip', '127.0.0.1:9', '--number', '100', ...args], { TRUNK: 'no pair' });

test.each([
  ['--calls', '0'],
  ['--rate', '51/s'],
  ['--rate', '10'],
  ['--concurrency', '501'],
  ['--hold', '10ms'],
  ['--answer-within', '2h'],
  ['--dtmf', 'hello'],
  ['--from', '1,2'],
  ['--transfer-to', 'nowhere'],
  ['--numbers', '/no/such/file'],
  ['--audio', '/no/such/file.wav'],
  ['--threshold', 'jitter: p(95)<30'],
])('%s %s is refused', async (flag, value) => {
  expect((await run(flag, value)).error).toContain(value.replace(/:.*/, ''));
});

test('credentials are named by their place, and never shown', async () => {
  expect((await run('--auth', 'anna:hunter2')).error).toContain('--auth: does not say where');
  expect((await run('--auth', 'anna:hunter2')).error).not.toContain('hunter2');
  const { error } = await run('--auth', 'env:TRUNK');
  expect(error).toContain('--auth: holds no user and password');
  expect(error).not.toContain('no pair');
});

test('participants are followed by a typed --url only', async () => {
  const env = {
    ...{
      LIVEKIT_URL: 'wss://lk.example.com',
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: 'secret',
    },
    SWARM_DENY_HOST: 'lk.example.com',
  };
  const args = ['sip', '127.0.0.1:9', '--number', '100', '--calls', '0'];
  expect((await runProgram(args, env)).error).toContain('--calls');
  const typed = [...args, '--url', 'wss://lk.example.com', '--api-key', 'key'];
  expect((await runProgram([...typed, '--api-secret', 'secret'], env)).error).toContain(
    'is denied',
  );
});
