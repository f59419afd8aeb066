/**
 * Loaded before a program with `NODE_OPTIONS=--import`: sets the wall clock of that process, and of those that it starts, by `STEP_MS` once
 * CLOCK_MONOTONIC reaches `STEP_AT_MS`. The monotonic clock does not follow, as when the clock of a host is set.
 */
const { STEP_MS = '0', STEP_AT_MS = 'Infinity' } = process.env;
const stepMs = Number(STEP_MS);
const stepAtMs = Number(STEP_AT_MS);
const real = Date.now.bind(Date);
const now = (): number => real() + (Number(process.hrtime.bigint()) / 1e6 >= stepAtMs ? stepMs : 0);

const SteppedDate = new Proxy(Date, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, key, self) => (key === 'now' ? now : Reflect.get(target, key, self)),
});
globalThis.Date = SteppedDate;

/** The environment that steps the clock of a program in `inMs` from now. */
export const steppingClock = (byMs: number, inMs: number): Record<string, string> => ({
  NODE_OPTIONS: `--import ${import.meta.url}`,
  STEP_MS: String(byMs),
  STEP_AT_MS: String(Number(process.hrtime.bigint()) / 1e6 + inMs),
});
