import type { Engine, EngineOptions } from '@livekit-swarm/engine';
import { siblingModule } from '@livekit-swarm/host';

/** Module that serves as an engine. */
export interface EngineModule {
  createEngine(options: EngineOptions): Engine | Promise<Engine>;
}

/** Module of the engine of ordinary runs. */
export const DEFAULT_ENGINE = siblingModule(import.meta.url, './native-engine').href;

/**
 * Loads an engine by the name or URL of its module. Only processes that host participants call it,
 * so that others do not load an engine.
 * @throws Error if the module does not exist, cannot be loaded (no addon for this platform), or is
 * not an engine
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
