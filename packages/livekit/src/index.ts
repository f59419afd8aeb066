export { parse as parseSdp } from 'sdp-transform';
export {
  type AnnouncedCandidate,
  type AnnouncedPaths,
  readAnnouncedPaths,
} from './announced-paths.ts';
export type { AnswerKind } from './answer/answer-kind.ts';
export { browsersAt } from './answer/browsers.ts';
export {
  type Answer,
  type AnsweredRequest,
  type Answerer,
  classifyAnswer,
} from './answer/classify.ts';
export { type HttpAnswer, httpAnswer, readAnswer } from './answer/http-answer.ts';
export type { Product } from './answer/product.ts';
export {
  type AgentJob,
  agentsOfRoom,
  createRoomWithAgent,
  type RoomDispatch,
  readDispatches,
} from './api/agent-jobs.ts';
export { eachAtOnce, eachInTurn, isGone } from './api/api-batches.ts';
export {
  type ApiTarget,
  agentDispatchOf,
  apiBase,
  egressOf,
  ingressOf,
  roomServiceOf,
  sipOf,
} from './api/api-clients.ts';
export { type ApiError, apiErrorOf, causeOf, statusOf } from './api/api-error.ts';
export { ApiRejection, isWithoutApi } from './api/api-rejection.ts';
export { apiTransport } from './api/api-transport.ts';
export {
  type CreatedIngress,
  createIngress,
  ingressErrorOf,
} from './api/ingress-streams.ts';
export { dispatchMetadataOf, readTransfer } from './api/transfer-metadata.ts';
export { signerOfWebhook } from './api/webhook-signer.ts';
export { readAuthorities, trustAuthorities, trustedAuthorities } from './authorities.ts';
export {
  type Clock,
  measureClockOffset,
  monotonicMs,
  PROCESS_CLOCK_OFFSET_MS,
  steadyClock,
  systemClock,
} from './clock.ts';
export { dataTemplate, encryptedDataTemplate, readDataPacket } from './data-packet.ts';
export { MembershipEnded, type OwnDataTrack } from './data-tracks/data-track-publications.ts';
export { DataTracks } from './data-tracks/data-tracks.ts';
export { DATA_TRACK_CHANNEL } from './data-tracks/track-packet.ts';
export { type Deployment, deploymentAt } from './deployment.ts';
export {
  deriveFrameKey,
  type E2eeSecret,
  type KeyMaterial,
  keyMaterial,
} from './e2ee/frame-key.ts';
export { laterKey } from './e2ee/later-key.ts';
export { type Failure, failureOf, withoutTokens } from './failure.ts';
export {
  assertCloudConfirmed,
  assertHostAllowed,
  checkHostEntry,
  type HostFlags,
  type HostRules,
  type HostScope,
  hostOf,
  isCloud,
  isHostAllowed,
  readHostRules,
  scopeOf,
} from './guard/host-rules.ts';
export { LoadGuard, type LoadGuardOptions, type LoadKind } from './guard/load-guard.ts';
export { HostResolver } from './host-resolver.ts';
export { joinedAtOf } from './joined-at.ts';
export type {
  DataChannel,
  DataChannels,
  ExtensionIds,
  IceCredentials,
  IceServer,
  LocalPeer,
  MediaKind,
  MediaPlane,
  MediaReceivers,
  MediaSenders,
  PeerState,
  PeerTransport,
  ReceiveStream,
  RemotePeer,
  Rid,
  SendStream,
} from './media-plane.ts';
export { usedNameServer, useNameServer } from './name-server.ts';
export { noReconnectPolicy, sdkReconnectPolicy } from './reconnect-policy.ts';
export { REDIS_PROTOCOLS, redisOptionsOf } from './redis-address.ts';
export { kindOfRedis, kindOfRedisError, redisKindText } from './redis-kind.ts';
export {
  connectRegistry,
  ghostRooms,
  isStale,
  type RegistryClient,
  type RegistryView,
  type ReportedNode,
} from './registry.ts';
export { failureOfError, type Rejection, rejectionOf } from './rejection.ts';
export { appRejoinPolicy, mayRejoinAfter } from './rejoin-policy.ts';
export { type RoomsLeft, roomsLeft, setPermission } from './room-service.ts';
export { RpcEndpoint } from './rpc/rpc-endpoint.ts';
export type { LayerSpec, TrackSpec } from './sdp/own-track.ts';
export { clockProblem, readServerClock } from './server-clock.ts';
export {
  hasLeft,
  type ParticipantInfo,
  type SpeakerInfo,
  setRequest,
  shows,
  simulateRequest,
  trackSourceOf,
} from './session/acts.ts';
export { AGENT_STATE, type RemoteAgent, type RemoteTrack, RoomView } from './session/room-view.ts';
export { Session } from './session/session.ts';
export type { Admitted, SessionEvent, SessionOptions } from './session/session-options.ts';
export { joinEndpoint, type Signalling } from './signal/endpoint.ts';
export {
  connectWithoutMedia,
  isJoin,
  joinBySignal,
  leaveWithoutMedia,
  type SignalJoin,
} from './signal/signal-join.ts';
export type { RequestMessage, ResponseMessage, SignalConnection } from './signal/signal-socket.ts';
export {
  createStoredState,
  type ReadState,
  type StoredKind,
  type StoredState,
  type WrittenState,
} from './stored-state.ts';
export { type OutgoingStream, streamPackets } from './streams/stream-packets.ts';
export { StreamReceiver } from './streams/stream-receiver.ts';
export { tlsProblem } from './tls-problem.ts';
export { makeToken, signClaims } from './token.ts';
export { askTokenEndpoint, isTicket, type Ticket, type TokenEndpoint } from './token-endpoint.ts';
export { startTokenServer } from './token-server.ts';
export { parseTurnUrl, type TurnUrl } from './turn-url.ts';
export { parseServerUrl, type ServerUrl } from './url.ts';
export { type Validation, validateAdmission } from './validate.ts';
export { endpointFailure } from './whip/endpoint-failures.ts';
export {
  type EndpointRejection,
  endMediaResource,
  isMediaResource,
  type MediaResource,
  openMediaResource,
} from './whip/media-resource.ts';
export { type AcceptedStreams, WhipLink } from './whip/whip-link.ts';
export { openWhip } from './whip/whip-resource.ts';
