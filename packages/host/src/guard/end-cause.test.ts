import { expect, test } from 'vitest';
import { endCause } from './end-cause.ts';

test.each([
  [0, null, false, 'exited'],
  [2, null, false, 'crashed'],
  [null, 'SIGSEGV', false, 'crashed'],
  [null, 'SIGABRT', true, 'crashed'],
  [null, 'SIGKILL', true, 'out_of_memory'],
  [null, 'SIGKILL', false, 'killed'],
  [null, 'SIGTERM', true, 'killed'],
] as const)('exit code %s, signal %s, OOM kill %s: %s', (code, signal, oomKilled, cause) => {
  expect(endCause(code, signal, oomKilled)).toBe(cause);
});
