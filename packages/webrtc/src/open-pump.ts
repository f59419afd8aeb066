import { createRequire } from 'node:module';
import type * as Addon from './addon.d.ts';
import { nativeFile } from './native-file.ts';
import { nativePackage } from './native-package.ts';
import type { Pump } from './pump.ts';
import { sampleReader } from './rows.ts';

/** @throws Error when the addon is missing or does not run on this host */
export const loadAddon = (): typeof Addon => {
  const path = nativeFile('swarm-native');
  try {
    return createRequire(import.meta.url)(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `the media engine could not be loaded from ${path}: ${reason}. In a checkout run "npm start" once, which builds it; otherwise install livekit-swarm again, with optional dependencies (${nativePackage()}).`,
      { cause },
    );
  }
};

/**
 * Starts the threads of the pump. `onEvents` is called on the main thread, in batches, and does not
 * keep the process alive.
 * @throws Error when the addon is missing or does not run on this host
 */
export const openPump = (
  options: Addon.PumpOptions,
  onEvents: (events: Addon.PumpEvent[]) => void,
): Pump => {
  const { NativePump, sampleColumns } = loadAddon();
  const native = new NativePump(options, onEvents);
  const readSample = sampleReader(sampleColumns());
  return Object.assign(native, { sample: () => readSample(native.sampleTables()) });
};

/**
 * Path of `swarm-impair`, which impairs packets of other processes (crate/src/bin/swarm-impair
 * documents its commands).
 */
export const impairProgram = (): string => nativeFile('swarm-impair');
