import type { Engine, EngineOptions } from '@livekit-swarm/engine';
import { siblingModule } from '@livekit-swarm/host';

/** What a module must export to serve as an engine. */
export interface EngineModule {
  createEngine(options: EngineOptions): Engine | Promise<Engine>;
}

/** The engine of ordinary runs. */
export const DEFAULT_ENGINE = siblingModule(import.meta.url, './native-engine').href;

/**
 * Loads an engine by the name or URL of its module: only the process that hosts participants pays for it.
 * @throws Error when there is no such module, it cannot be loaded (no addon for this platform), or it is not an engine
 */
export const loadEngine = async (module: string): Promise<EngineModule> => {
  const loaded: unknown = await import(module);
  if (isEngineModule(loaded)) return loaded;
  throw new Error(`${module} exports no createEngine`);
};

const isEngineModule = (loaded: unknown): loaded is EngineModule =>
  typeof loaded === 'object' &&
  loaded !== null &&
  'createEngine' in loaded &&
  typeof loaded.createEngine === 'function';
