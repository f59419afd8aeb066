import type { Engine, EngineOptions } from './engine.ts';
import { NativeEngine } from './native/native-engine.ts';

export type {
  Admission,
  Engine,
  EngineOptions,
  EngineSample,
  ReconnectPolicyName,
} from './engine.ts';
export { NativeEngine } from './native/native-engine.ts';
export type { ParticipantView } from './native/participant.ts';

/**
 * The engine of ordinary runs.
 * @throws Error when its addon is missing or does not fit this host
 */
export const createEngine = (options: EngineOptions): Engine => new NativeEngine(options);
