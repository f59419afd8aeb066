export {
  type Clock,
  measureClockOffset,
  PROCESS_CLOCK_OFFSET_MS,
  steadyClock,
  systemClock,
} from './clock.ts';
export { dataTemplate } from './data-packet.ts';
export { type Deployment, deploymentAt } from './deployment.ts';
export { type Failure, failureOf, withoutTokens } from './failure.ts';
export { HostResolver } from './host-resolver.ts';
export type {
  DataChannel,
  ExtensionIds,
  IceCredentials,
  LocalPeer,
  MediaPlane,
  ReceiveStream,
  RemotePeer,
  Rid,
  SendStream,
} from './media-plane.ts';
export { noReconnectPolicy } from './reconnect-policy.ts';
export {
  connectRegistry,
  ghostRooms,
  isStale,
  type RegistryClient,
  type RegistryView,
} from './registry.ts';
export { appRejoinPolicy, mayRejoinAfter } from './rejoin-policy.ts';
export type { LayerSpec, TrackSpec } from './sdp/own-track.ts';
export type { RemoteTrack } from './session/room-view.ts';
export { Session, type SessionEvent } from './session/session.ts';
export type { Signalling } from './signal/endpoint.ts';
export { makeToken } from './token.ts';
export { parseServerUrl } from './url.ts';
export { type Validation, validateAdmission } from './validate.ts';
