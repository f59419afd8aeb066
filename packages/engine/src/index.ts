import { ClientEngine } from './client/client-engine.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { EngineSet, type OtherEngine } from './engine-set.ts';
import { NativeEngine } from './native/native-engine.ts';

export type {
  Admission,
  Engine,
  EngineOptions,
  EngineSample,
  IngressStream,
  ReconnectPolicyName,
  RemotePublisher,
} from './engine.ts';
export { NativeEngine } from './native/native-engine.ts';
export { settingOfFailure } from './native/network/path-failures.ts';
export type { ParticipantView } from './native/participant/participant.ts';

/**
 * Make the engine of a run: native, and engines of real clients and encoders when a participant
 * needs one.
 * @throws Error if the addon is missing or does not fit this host
 */
export const createEngine = (options: EngineOptions): Engine => {
  const native = new NativeEngine(options);
  return new EngineSet(native, (name) => makeOtherEngine(name, options, native));
};

/** Load and make another engine. @throws Error if its package is not installed */
const makeOtherEngine = async (
  name: OtherEngine,
  options: EngineOptions,
  native: NativeEngine,
): Promise<Engine> => {
  if (name === 'encoder') {
    const { EncoderEngine } = await import('./ingress/encoder-engine.ts');
    return new EncoderEngine(options, native);
  }
  if (name === 'stream') {
    const { StreamEngine } = await import('./stream/stream-engine.ts');
    return new StreamEngine(options, native);
  }
  if (name === 'browser' || name === 'firefox') {
    const { BrowserHost } = await import('./browser/browser-host.ts');
    return new ClientEngine(name, options, new BrowserHost(name, options));
  }
  const { RtcHost } = await import('./rtc/rtc-host.ts');
  return new ClientEngine(name, options, new RtcHost(options));
};
