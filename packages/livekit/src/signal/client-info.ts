import { arch, platform, release } from 'node:os';
import { ClientInfo, ClientInfo_SDK } from '@livekit/protocol';

/** Signalling protocol that this package speaks (livekit-server 1.13.4 knows up to 17, 1.11.0 up to 16). */
export const PROTOCOL_VERSION = 16;

/**
 * The engine behaves as livekit-client does (tracks begin by SDP, layers by rid, resume with a
 * `reconnect` response) and identifies itself so, because the server switches behaviour by SDK and
 * version. The browser field carries the product's name.
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
