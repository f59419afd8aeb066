import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { areUnchanged, stampOf } from './complete.mjs';
import { programNote, programs } from './paths.mjs';

/**
 * @returns {{ name: string, stamps: Record<string, string | null> } | null} the latest bundle of
 * `swarm`; null without one.
 */
const latest = () => {
  try {
    return JSON.parse(readFileSync(programNote, 'utf8'));
  } catch {
    return null;
  }
};

/** Sources of the bundled program; empty without one. */
export const programSources = () => Object.keys(latest()?.stamps ?? {});

/** Path of the bundled program. */
export const bundledMain = () =>
  join(programs, latest()?.name ?? 'none', 'packages', 'cli', 'src', 'main.js');

/** Returns true when `swarm` is bundled from the present sources. */
export const programIsCurrent = () => {
  const bundle = latest();
  return bundle !== null && stampOf(bundledMain()) !== null && areUnchanged(bundle.stamps);
};
