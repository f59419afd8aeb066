/**
 * Loaded before a program with `NODE_OPTIONS=--import`: sets the wall clock of that process, and of those that it starts, by `stepMs` once
 * CLOCK_MONOTONIC reaches `atMs`. The monotonic clock does not follow, as when the clock of a host is set. Both are in the URL of this module,
 * because workers do not inherit other variables.
 */
const given = new URL(import.meta.url).searchParams;
const stepMs = Number(given.get('stepMs') ?? 0);
const stepAtMs = Number(given.get('atMs') ?? Number.POSITIVE_INFINITY);
const real = Date.now.bind(Date);
const now = (): number => real() + (Number(process.hrtime.bigint()) / 1e6 >= stepAtMs ? stepMs : 0);

const SteppedDate = new Proxy(Date, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, key, self) => (key === 'now' ? now : Reflect.get(target, key, self)),
});
globalThis.Date = SteppedDate;

/** The environment that steps the clock of a program in `inMs` from now. */
export const steppingClock = (byMs: number, inMs: number): Record<string, string> => {
  const module = new URL(import.meta.url);
  module.searchParams.set('stepMs', String(byMs));
  module.searchParams.set('atMs', String(Number(process.hrtime.bigint()) / 1e6 + inMs));
  return { NODE_OPTIONS: `--import ${module}` };
};
