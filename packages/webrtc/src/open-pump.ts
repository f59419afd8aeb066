import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Addon from './addon.d.ts';
import type { Pump } from './pump.ts';
import { sampleReader } from './rows.ts';

/** File name of the addon for a platform, beside the sources of this package. */
export const addonFile = (
  platform: string = process.platform,
  arch: string = process.arch,
): string => `swarm-native.${platform}-${arch}.node`;

/** @throws Error when the addon is missing or does not run on this host */
export const loadAddon = (): typeof Addon => {
  const path = new URL(`../${addonFile()}`, import.meta.url).pathname;
  try {
    return createRequire(import.meta.url)(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `the media engine could not be loaded from ${path}: ${reason}. Run "npm start" once, which builds it, or "swarm doctor" to see what is missing.`,
      { cause },
    );
  }
};

/**
 * Starts the threads of the pump. `onEvents` is called on the main thread, in batches, and does not keep the process alive.
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
 * Path of `swarm-impair`, which impairs packets of other processes (crate/src/bin/swarm-impair documents its commands). Linux only.
 * It is a file of its own, so that it can run as root in another network namespace.
 */
export const impairProgram = (): string =>
  fileURLToPath(new URL(`../swarm-impair.${process.platform}-${process.arch}`, import.meta.url));
