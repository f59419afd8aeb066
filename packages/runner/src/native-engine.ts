/** The engine of ordinary runs. A module of its own, as only workers load the addon. */
import { type Engine, type EngineOptions, NativeEngine } from '@livekit-swarm/engine';

/** @throws Error when there is no addon for this host */
export const createEngine = (options: EngineOptions): Engine => new NativeEngine(options);
