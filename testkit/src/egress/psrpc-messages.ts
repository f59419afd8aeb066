/**
 * Messages of psrpc, LiveKit's RPC over Redis pub/sub, with the numbers of its public
 * internal.proto; fields that the stand-in does not need are left out.
 */
import { proto3, ScalarType } from '@bufbuild/protobuf';

const { STRING, BYTES, INT64, FLOAT } = ScalarType;

const scalar = (no: number, name: string, T: ScalarType) =>
  ({ no, name, kind: 'scalar', T }) as const;

const Envelope = proto3.makeMessageType('internal.Msg', [
  scalar(1, 'type_url', STRING),
  scalar(2, 'value', BYTES),
]);

const Request = proto3.makeMessageType('internal.Request', [
  scalar(1, 'request_id', STRING),
  scalar(2, 'client_id', STRING),
  scalar(3, 'sent_at', INT64),
  scalar(4, 'expiry', INT64),
  scalar(8, 'raw_request', BYTES),
]);

const Response = proto3.makeMessageType('internal.Response', [
  scalar(1, 'request_id', STRING),
  scalar(2, 'server_id', STRING),
  scalar(3, 'sent_at', INT64),
  scalar(5, 'error', STRING),
  scalar(6, 'code', STRING),
  scalar(7, 'raw_response', BYTES),
]);

const ClaimRequest = proto3.makeMessageType('internal.ClaimRequest', [
  scalar(1, 'request_id', STRING),
  scalar(2, 'server_id', STRING),
  scalar(3, 'affinity', FLOAT),
]);

const ClaimResponse = proto3.makeMessageType('internal.ClaimResponse', [
  scalar(1, 'request_id', STRING),
  scalar(2, 'server_id', STRING),
]);

const TYPES = { Request, Response, ClaimRequest, ClaimResponse } as const;

/** Fields of each message; times are Unix times, ns. */
export interface PsrpcMessages {
  Request: {
    requestId: string;
    clientId: string;
    sentAt: bigint;
    expiry: bigint;
    rawRequest: Uint8Array;
  };
  Response: {
    requestId: string;
    serverId: string;
    sentAt: bigint;
    error?: string;
    code?: string;
    rawResponse?: Uint8Array;
  };
  /** Affinity: how willing a server is, from 0 to 1. */
  ClaimRequest: { requestId: string; serverId: string; affinity: number };
  ClaimResponse: { requestId: string; serverId: string };
}

type Name = keyof PsrpcMessages;

export const encodePsrpc = <N extends Name>(name: N, fields: PsrpcMessages[N]): Buffer => {
  const value = new TYPES[name](fields).toBinary();
  return Buffer.from(
    new Envelope({ typeUrl: `type.googleapis.com/internal.${name}`, value }).toBinary(),
  );
};

/** @throws Error for another message */
export const decodePsrpc = <N extends Name>(name: N, bytes: Uint8Array): PsrpcMessages[N] => {
  const { typeUrl, value } = Envelope.fromBinary(bytes);
  if (!String(typeUrl).endsWith(`/internal.${name}`))
    throw new Error(`${typeUrl} is not a ${name}`);
  return TYPES[name].fromBinary(value) as unknown as PsrpcMessages[N];
};
