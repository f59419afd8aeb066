import type { ClientEngineName } from '@livekit-swarm/scenario';
import { ClientEngine } from './client/client-engine.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { EngineSet } from './engine-set.ts';
import { NativeEngine } from './native/native-engine.ts';

export type {
  Admission,
  Engine,
  EngineOptions,
  EngineSample,
  ReconnectPolicyName,
  RemotePublisher,
} from './engine.ts';
export { NativeEngine } from './native/native-engine.ts';
export { settingOfFailure } from './native/network/path-failures.ts';
export type { ParticipantView } from './native/participant/participant.ts';

/**
 * Make the engine of a run: native, and engines of real clients when a participant needs one.
 * @throws Error if the addon is missing or does not fit this host
 */
export const createEngine = (options: EngineOptions): Engine =>
  new EngineSet(new NativeEngine(options), options, makeClientEngine);

/** Load and make an engine of real clients. @throws Error if its package is not installed */
const makeClientEngine = async (
  name: ClientEngineName,
  options: EngineOptions,
): Promise<Engine> => {
  if (name === 'browser') {
    const { BrowserHost } = await import('./browser/browser-host.ts');
    return new ClientEngine(name, options, new BrowserHost(options));
  }
  const { RtcHost } = await import('./rtc/rtc-host.ts');
  return new ClientEngine(name, options, new RtcHost(options));
};
