export { CLIP_FORMAT, type ClipName, loadClip } from './clips.ts';
export { impairProgram } from './impair-program.ts';
export { openPump } from './open-pump.ts';
export {
  type Bins,
  type ClipData,
  COHORTS,
  DATA_STAMP_BYTES,
  type DataFlowStats,
  GAP_MS,
  type Gap,
  type PeerStats,
  type Pump,
  type PumpEvent,
  type PumpSample,
  type ReceiverStats,
  type SenderStats,
} from './pump.ts';
