import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { measureClockOffset, steadyClock, systemClock } from './clock.ts';

test.each([30_000, -30_000])('does not follow a clock of the host that is set by %d ms', (step) => {
  const real = Date.now.bind(Date);
  const began = performance.now();
  const before = systemClock.now();
  const set = vi.spyOn(Date, 'now').mockImplementation(() => real() + step);
  const after = systemClock.now();
  set.mockRestore();
  const passedMs = performance.now() - began;
  expect(after - before).toBeGreaterThanOrEqual(0);
  // The clock shows whole milliseconds.
  expect(after - before).toBeLessThanOrEqual(passedMs + 1);
});

test('shows Unix time', () => {
  const before = Date.now();
  const shown = steadyClock(measureClockOffset()).now();
  const after = Date.now();
  // Both clocks show whole milliseconds.
  expect(shown).toBeGreaterThanOrEqual(before - 1);
  expect(shown).toBeLessThanOrEqual(after + 1);
});

test('shows the same time in another process that shares its offset', () => {
  const offset = measureClockOffset();
  const module = JSON.stringify(new URL('./clock.ts', import.meta.url).href);
  const program = `const { steadyClock } = await import(${module}); console.log(steadyClock(${offset}).now())`;
  const clock = steadyClock(offset);
  const before = clock.now();
  const there = Number(execFileSync(process.execPath, ['--input-type=module', '-e', program]));
  const after = clock.now();
  expect(there).toBeGreaterThanOrEqual(before);
  expect(there).toBeLessThanOrEqual(after);
});
