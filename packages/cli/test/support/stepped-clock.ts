/**
 * Loaded before a program with `NODE_OPTIONS=--import`: sets the wall clock of that process, and of those that it starts, by `stepMs` once a file exists: not at
 * a time, by which a busy host may not have come far enough. The monotonic clock does not follow, as when the clock of a host is set. Both are in the URL of
 * this module, because workers do not inherit other variables.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** It is looked for this often, ms. */
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

/** The environment of a program whose clock `step` sets. @param dir of its own */
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
