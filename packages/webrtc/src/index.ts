export type {
  ClipData,
  DataFlowStats,
  Defect,
  Interruption,
  PeerStats,
  PumpErrorCode,
  PumpEvent,
  ReceiverStats,
  SenderStats,
} from './addon.d.ts';
export { CLIP_FORMAT, type ClipName, loadClip } from './clips.ts';
export { impairProgram, openPump } from './open-pump.ts';
export {
  type Bins,
  COHORTS,
  DATA_STAMP_BYTES,
  INTERRUPTION_MS,
  type Pump,
  type PumpSample,
} from './pump.ts';
