import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { readRevision } from './revision.ts';

it('is the commit of the checkout', async () => {
  const head = execFileSync('git', ['rev-parse', 'HEAD'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(await readRevision()).toBe(head.trim());
});
