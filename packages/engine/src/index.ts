export type { Admission, Engine, EngineOptions, EngineSample } from './engine.ts';
export { NativeEngine } from './native/native-engine.ts';
