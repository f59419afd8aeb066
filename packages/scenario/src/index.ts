export {
  ACTION_SOURCES,
  type ActionSource,
  type ActionStep,
  actionSourceOf,
  type PlannedAction,
  type PlannedStep,
  SIMULATIONS,
} from './actions/action-spec.ts';
export { keyAt } from './actions/key-changes.ts';
export { actionName, publishableSources } from './actions/plan-actions.ts';
export { type PublicationTimes, publicationTimes } from './actions/publication-times.ts';
export { joinRate } from './executors/fixed-rooms.ts';
export {
  describeExecutor,
  type ExecutorSpec,
  executorNames,
  executorOf,
} from './executors/registry.ts';
export { hasLabels, type Labels, labelText } from './host-labels.ts';
export { checkThresholds, parseThresholds, thresholdMisses } from './language/check-thresholds.ts';
export { parseScenario, readScenario } from './language/parse-scenario.ts';
export { scenarioJsonSchema, thresholdsByMetric } from './language/schema/json-schema.ts';
export {
  extendTo,
  readSizeUnit,
  type SizeUnit,
  sizeOf,
  withDuration,
  withSize,
} from './language/size-scenario.ts';
export { formatScenario } from './language/write/format-scenario.ts';
export { DEFAULT_ROOM_PREFIX, LIMITS } from './limits.ts';
export {
  FLAGS_GROUP,
  FLAGS_SCENARIO,
  flagName,
  LOAD_FLAGS,
  type LoadFlags,
  scenarioOfFlags,
} from './load-flags.ts';
export type { LinkImpairment, NetworkImpairment } from './network/impairment.ts';
export {
  networkPreset,
  PERFECT_LINK,
} from './network/network-presets.ts';
export { hasOwnMedia, type OwnClip, withOwnMedia } from './own-media.ts';
export type { Permission, TrackSourceName } from './permission.ts';
export type { Exchange } from './plan/exchange.ts';
export { checkSchedule, expandPlan, type PlanTimes } from './plan/expand.ts';
export { identityPrefix } from './plan/identities.ts';
export { layersOf, receivedRate, receivedSize } from './plan/media-rates.ts';
export { type Level, maxParticipants, type PlanLoad, planLoad } from './plan/plan-load.ts';
export { planUntil } from './plan/plan-until.ts';
export {
  assertHosts,
  hostSelectorsOf,
  type Shard,
  splitPlan,
  workersAnywhere,
} from './plan/shards.ts';
export { clipBitrate, fillOf, highestBitrate } from './plan/video-rates.ts';
export type { ParticipantPlan, Plan, Role } from './plan.ts';
export { randomStream } from './random.ts';
export {
  assertReadable,
  assertReadableFile,
  NOTHING_READABLE,
  type ReadPermission,
} from './read-permission.ts';
export { RESOLUTIONS } from './resolution.ts';
export { type Answers, answersSchema } from './role-keys/answers.ts';
export { type Connect, connectSetting, parseConnect } from './role-keys/connect.ts';
export {
  type Conversation,
  DISPATCHES,
  type Transfer,
  transferSchema,
} from './role-keys/conversation.ts';
export type { DataTraffic } from './role-keys/data.ts';
export { formatDataRate, MAX_DATA_BYTES, MIN_DATA_BYTES } from './role-keys/data.ts';
export type { DataStreams } from './role-keys/data-streams.ts';
export type { DataTracks } from './role-keys/data-tracks.ts';
export { DEPARTURES, type Departure, departsWhileJoining } from './role-keys/departure.ts';
export type { E2ee, KeyChange } from './role-keys/e2ee.ts';
export type { ClientEngineName, EngineName } from './role-keys/engine.ts';
export type { RoleGrants } from './role-keys/grants.ts';
export { mayPublish, maySubscribe } from './role-keys/grants.ts';
export { INGRESS_WAYS, type IngressWay } from './role-keys/ingress.ts';
export type { Layout } from './role-keys/layout.ts';
export { formatLayout, tileSize, visibleVideos } from './role-keys/layout.ts';
export { type MediaPath, PATHS } from './role-keys/path.ts';
export { boundedSettings, DEFAULT_ROLE, type RoleSpec } from './role-keys/registry.ts';
export { MAX_RPC_BYTES, type Rpc } from './role-keys/rpc.ts';
export {
  isOfStreams,
  STREAM_PROTOCOLS,
  type Stream,
  type StreamProtocol,
  streamAt,
  streamsAt,
} from './role-keys/stream.ts';
export {
  endpointsOf,
  type GroupSpec,
  type NamedWindow,
  type RecordedScenario,
  recordedScenario,
  type Scenario,
  scenarioOfRecord,
  scenarioSchema,
  type WitnessSpec,
  withConnect,
} from './scenario.ts';
export {
  type ReadScenarioFile,
  readScenarioFile,
  readScenarioFiles,
  type ScenarioFileOptions,
  sameNames,
} from './scenario-file.ts';
export { type StreamFlags, scenarioOfStreams } from './stream-flags.ts';
export type { Kind, Resolution, TrackPlan, VideoCodec } from './track-plan.ts';
export { MUSIC_KILOBITS } from './track-plan.ts';
export { mergeWitnesses, parseWitness } from './witness-spec.ts';
