export type { Defect } from './check/defect.ts';
export { DEFAULT_LIMITS, type Expectation, type Limits } from './check/expectation.ts';
export { type JudgedRecording, judgeRecording, judgeStored } from './check/judge.ts';
export { awaitSources } from './egress/await-sources.ts';
export { chooseSources } from './egress/choose-sources.ts';
export { EGRESS_KINDS, type EgressKind, type EgressRun } from './egress/egress-run.ts';
export { liveKitEgress } from './egress/livekit-egress.ts';
export { recordRooms } from './egress/record-rooms.ts';
export { expectMediaTools } from './media/media-tool.ts';
export { SHORTEST_QUIET_MS } from './media/quiet-spans.ts';
export { SHORTEST_MISSING_MS } from './media/read-tracks.ts';
export {
  type AvOffset,
  durationOf,
  type RecordingFacts,
  type TrackKind,
} from './media/recording-facts.ts';
export { readBucketAddress } from './storage/bucket-address.ts';
export { isBucket, storageOf } from './storage/storage-of.ts';
