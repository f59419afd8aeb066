import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { failpoint, parseFailpoints } from './failpoint.ts';

const MODULE = new URL('./failpoint.ts', import.meta.url).href;

/** Passes one failpoint in a separate process. */
const pass = (failpoints: string, point: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { failpoint } from '${MODULE}'; failpoint('${point}'); process.stdout.write('passed');`,
    ],
    { env: { ...process.env, SWARM_FAILPOINTS: failpoints }, encoding: 'utf8' },
  );

test('reads terms, and throws for a misspelled one', () => {
  expect([...parseFailpoints('journal.written=kill; a.b=5%sleep(30)')]).toEqual([
    ['journal.written', { probability: 1, action: 'kill', ms: 0 }],
    ['a.b', { probability: 0.05, action: 'sleep', ms: 30 }],
  ]);
  for (const text of ['a', 'a=die', 'a=kill(', 'A=kill', 'a=kill;'])
    expect(() => parseFailpoints(text), text).toThrow(/SWARM_FAILPOINTS/);
});

test('does nothing if the variable is unset or names another point', () => {
  expect(failpoint('journal.written')).toBeUndefined();
  expect(pass('journal.read=kill', 'journal.written')).toMatchObject({
    stdout: 'passed',
    status: 0,
  });
});

test('kills a process at its point, or throws there', () => {
  expect(pass('journal.written=kill', 'journal.written')).toMatchObject({
    stdout: '',
    signal: 'SIGKILL',
  });
  const { status, stderr } = pass('journal.written=error', 'journal.written');
  expect(status).toBe(1);
  expect(stderr).toContain('failpoint journal.written');
});
