import { arch, platform, release } from 'node:os';
import { gzipSync } from 'node:zlib';
import {
  type AddTrackRequest,
  ClientInfo,
  ClientInfo_SDK,
  ConnectionSettings,
  JoinRequest,
  type ReconnectReason,
  type SessionDescription,
  WrappedJoinRequest,
  WrappedJoinRequest_Compression,
} from '@livekit/protocol';

/**
 * Version of the signalling. `v1`: `/rtc/v1`, one PeerConnection, for which the client offers.
 * `v0`: `/rtc`, two PeerConnections; the server offers for the second.
 */
export type Signalling = 'v1' | 'v0';

export interface TrackSettings {
  /** True when the server subscribes the participant to every track automatically. */
  autoSubscribe: boolean;
  /** True when videos start small until the client requests a size. */
  adaptiveStream: boolean;
}

/**
 * Query of a new session. With v1 the first message contains tracks and offer, so that one round
 * trip joins and publishes.
 */
export interface JoinQuery extends TrackSettings {
  addTracks: AddTrackRequest[];
  /** First offer; v1 only. */
  offer: SessionDescription | null;
}

/** Query of a resume: the server still has the session. */
export interface ResumeQuery extends TrackSettings {
  participantSid: string;
  reason: ReconnectReason;
}

/**
 * Path and query of the WebSocket, after the base of the deployment. The token is sent in the
 * Authorization header.
 */
export const joinEndpoint = (signalling: Signalling, query: JoinQuery): string =>
  signalling === 'v0'
    ? `/rtc?${v0Query(query)}`
    : v1Endpoint(
        new JoinRequest({
          ...v1Common(query),
          addTrackRequests: query.addTracks,
          ...(query.offer && { publisherOffer: query.offer }),
        }),
      );

export const resumeEndpoint = (signalling: Signalling, query: ResumeQuery): string => {
  if (signalling === 'v1') {
    return v1Endpoint(
      new JoinRequest({
        ...v1Common(query),
        reconnect: true,
        reconnectReason: query.reason,
        participantSid: query.participantSid,
      }),
    );
  }
  const parameters = v0Query(query);
  parameters.set('reconnect', '1');
  parameters.set('sid', query.participantSid);
  parameters.set('reconnect_reason', String(query.reason));
  return `/rtc?${parameters}`;
};

/**
 * Path that validates a join without joining. `/rtc/v1/validate` requires a join request,
 * `/rtc/validate` forbids one.
 */
export const validateEndpoint = (signalling: Signalling): string =>
  signalling === 'v0'
    ? '/rtc/validate'
    : v1Endpoint(new JoinRequest({ clientInfo: clientInfo() }), '/rtc/v1/validate');

const v0Query = ({ autoSubscribe, adaptiveStream }: TrackSettings): URLSearchParams => {
  const info = clientInfo();
  return new URLSearchParams({
    protocol: String(info.protocol),
    sdk: 'js',
    version: info.version,
    os: info.os,
    os_version: info.osVersion,
    device_model: info.deviceModel,
    browser: info.browser,
    browser_version: info.browserVersion,
    auto_subscribe: autoSubscribe ? '1' : '0',
    adaptive_stream: adaptiveStream ? '1' : '0',
  });
};

const v1Common = ({ autoSubscribe, adaptiveStream }: TrackSettings) => ({
  clientInfo: clientInfo(),
  connectionSettings: new ConnectionSettings({ autoSubscribe, adaptiveStream }),
});

/**
 * Path with the compressed join request: proxies often limit the request line to 8 KiB, and an
 * offer has 3 to 6 KiB.
 */
const v1Endpoint = (request: JoinRequest, path = '/rtc/v1'): string => {
  const wrapped = new WrappedJoinRequest({
    compression: WrappedJoinRequest_Compression.GZIP,
    joinRequest: new Uint8Array(gzipSync(request.toBinary())),
  });
  // The padding stays: Go's base64.URLEncoding, which the server uses, requires it.
  const encoded = Buffer.from(wrapped.toBinary())
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return `${path}?${new URLSearchParams({ join_request: encoded })}`;
};

/**
 * Signalling protocol that this package speaks (livekit-server 1.13.4 knows up to 17, 1.11.0 up to
 * 16).
 */
export const PROTOCOL_VERSION = 16;

/**
 * Identity of the client. The engine behaves like livekit-client (tracks begin by SDP, layers by
 * rid, resume with a `reconnect` response) and identifies itself so, because the server switches
 * behaviour by SDK and version. The browser field contains the name of the product.
 */
export const clientInfo = (): ClientInfo =>
  new ClientInfo({
    sdk: ClientInfo_SDK.JS,
    version: '2.23.0',
    protocol: PROTOCOL_VERSION,
    os: platform(),
    osVersion: release(),
    deviceModel: arch(),
    browser: 'livekit-swarm',
    browserVersion: '0.1.0',
  });
