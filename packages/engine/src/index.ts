export type { Admission, Engine, EngineOptions, EngineSample } from './engine.ts';
