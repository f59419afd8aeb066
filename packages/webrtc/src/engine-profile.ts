import { loadAddon } from './open-pump.ts';

/**
 * Profile of Cargo that the media engine is compiled in: `release`, or `checkout`; null: the engine
 * was compiled from older sources, which do not name it.
 * @throws Error when the addon is missing or does not run on this host
 */
export const engineProfile = (): string | null => {
  const addon: Partial<ReturnType<typeof loadAddon>> = loadAddon();
  return addon.engineProfile?.() ?? null;
};
