/**
 * Messages of psrpc, LiveKit's RPC over Redis pub/sub, with the numbers of its public
 * internal.proto; fields that the stand-in does not need are left out.
 */
import { type Message, proto3, ScalarType } from '@bufbuild/protobuf';
import { one } from '../message-fields.ts';

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
type Fields<N extends Name> = PsrpcMessages[N];

interface TypedEnvelope extends Message<TypedEnvelope> {
  typeUrl: string;
  value: Uint8Array;
}
interface TypedRequest extends Message<TypedRequest>, Fields<'Request'> {}
interface TypedResponse extends Message<TypedResponse>, Fields<'Response'> {}
interface TypedClaimRequest extends Message<TypedClaimRequest>, Fields<'ClaimRequest'> {}
interface TypedClaimResponse extends Message<TypedClaimResponse>, Fields<'ClaimResponse'> {}

const { STRING, BYTES, INT64, FLOAT } = ScalarType;

const Envelope = proto3.makeMessageType<TypedEnvelope>('internal.Msg', [
  one(1, 'type_url', STRING),
  one(2, 'value', BYTES),
]);

const Request = proto3.makeMessageType<TypedRequest>('internal.Request', [
  one(1, 'request_id', STRING),
  one(2, 'client_id', STRING),
  one(3, 'sent_at', INT64),
  one(4, 'expiry', INT64),
  one(8, 'raw_request', BYTES),
]);

const Response = proto3.makeMessageType<TypedResponse>('internal.Response', [
  one(1, 'request_id', STRING),
  one(2, 'server_id', STRING),
  one(3, 'sent_at', INT64),
  one(5, 'error', STRING),
  one(6, 'code', STRING),
  one(7, 'raw_response', BYTES),
]);

const ClaimRequest = proto3.makeMessageType<TypedClaimRequest>('internal.ClaimRequest', [
  one(1, 'request_id', STRING),
  one(2, 'server_id', STRING),
  one(3, 'affinity', FLOAT),
]);

const ClaimResponse = proto3.makeMessageType<TypedClaimResponse>('internal.ClaimResponse', [
  one(1, 'request_id', STRING),
  one(2, 'server_id', STRING),
]);

/** Encoding of one message. */
interface Codec<N extends Name> {
  new (fields: Fields<N>): { toBinary(): Uint8Array };
  fromBinary(bytes: Uint8Array): Fields<N>;
}

const TYPES: { readonly [N in Name]: Codec<N> } = {
  Request,
  Response,
  ClaimRequest,
  ClaimResponse,
};

export const encodePsrpc = <N extends Name>(name: N, fields: PsrpcMessages[N]): Buffer => {
  const value = new TYPES[name](fields).toBinary();
  return Buffer.from(
    new Envelope({ typeUrl: `type.googleapis.com/internal.${name}`, value }).toBinary(),
  );
};

/** @throws Error for another message */
export const decodePsrpc = <N extends Name>(name: N, bytes: Uint8Array): PsrpcMessages[N] => {
  const { typeUrl, value } = Envelope.fromBinary(bytes);
  if (!typeUrl.endsWith(`/internal.${name}`)) throw new Error(`${typeUrl} is not a ${name}`);
  return TYPES[name].fromBinary(value);
};
