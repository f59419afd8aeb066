export type {
  ClipData,
  ControlSends,
  DataFlowOptions,
  DataFlowStats,
  Defect,
  Interruption,
  PathFailureCode,
  PathKind,
  PeerOptions,
  PeerStats,
  PumpErrorCode,
  PumpEvent,
  ReceiverStats,
  SelectedPair,
  SenderStats,
} from './addon.d.ts';
export {
  CLIP_FORMAT,
  type ClipName,
  LAYERED_CLIP_NAMES,
  loadClip,
  loadClipFile,
  payloadBytes,
  readClip,
} from './clips.ts';
export { engineProfile } from './engine-profile.ts';
export { engineVersion } from './engine-version.ts';
export { type HostSpeed, measureHostSpeed } from './host-speed.ts';
export { type NativeFile, nativeFile, nativeFileName } from './native-file.ts';
export {
  NATIVE_TARGETS,
  type NativeTarget,
  nativePackage,
  targetName,
  thisTarget,
} from './native-package.ts';
export { impairProgram, openPump } from './open-pump.ts';
export {
  type Bins,
  COHORTS,
  DATA_STAMP_BYTES,
  INTERRUPTION_MS,
  type Pump,
  type PumpSample,
} from './pump.ts';
export { detachedRow } from './rows.ts';
export { loadSpeechSamples, SPEECH_SAMPLE_RATE } from './speech-samples.ts';
