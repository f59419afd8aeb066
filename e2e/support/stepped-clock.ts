/**
 * Module for `NODE_OPTIONS=--import`. It sets the wall clock of a process, and of those that it starts, by `stepMs` once a file exists. A time would not do: a
 * busy host may not have come far enough by then. The monotonic clock does not follow, as when the clock of a host is set. `stepMs` and the file are in the URL
 * of this module, because workers do not inherit other variables.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Interval of the looks for the file, ms. */
const EVERY_MS = 50;

const given = new URL(import.meta.url).searchParams;
const stepMs = Number(given.get('stepMs') ?? 0);
const file = given.get('file');
const real = Date.now.bind(Date);
let isStepped = false;
let lookedAt = Number.NEGATIVE_INFINITY;
const now = (): number => {
  const at = performance.now();
  if (!isStepped && file !== null && at - lookedAt >= EVERY_MS) {
    lookedAt = at;
    isStepped = existsSync(file);
  }
  return real() + (isStepped ? stepMs : 0);
};

const SteppedDate = new Proxy(Date, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, key, self) => (key === 'now' ? now : Reflect.get(target, key, self)),
});
globalThis.Date = SteppedDate;

/** The environment of a program whose clock `step` sets. @param dir a folder for this program alone */
export const steppingClock = (
  byMs: number,
  dir: string,
): { env: Record<string, string>; step(): void } => {
  const trigger = join(dir, 'step');
  const module = new URL(import.meta.url);
  module.searchParams.set('stepMs', String(byMs));
  module.searchParams.set('file', trigger);
  return {
    env: { NODE_OPTIONS: `--import ${module}` },
    step: () => writeFileSync(trigger, ''),
  };
};
