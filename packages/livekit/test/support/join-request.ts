import { gunzipSync } from 'node:zlib';
import { JoinRequest, WrappedJoinRequest } from '@livekit/protocol';

/** The join request in a `/rtc/v1?join_request=…` URL, decoded as the server decodes it. */
export const joinRequestOf = (endpoint: string): JoinRequest => {
  const encoded = new URLSearchParams(endpoint.split('?')[1]).get('join_request') ?? '';
  const wrapped = WrappedJoinRequest.fromBinary(new Uint8Array(Buffer.from(encoded, 'base64url')));
  return JoinRequest.fromBinary(new Uint8Array(gunzipSync(wrapped.joinRequest)));
};
