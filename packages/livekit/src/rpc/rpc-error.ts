import { RpcError as RpcErrorPacket } from '@livekit/protocol';

/** Errors of LiveKit's RPC, with their codes: those of every SDK. */
export const RPC_ERRORS = {
  unsupported_method: { code: 1400, message: 'Method not supported at destination' },
  recipient_not_found: { code: 1401, message: 'Recipient not found' },
  request_payload_too_large: { code: 1402, message: 'Request payload too large' },
  unsupported_server: { code: 1403, message: 'RPC not supported by server' },
  unsupported_version: { code: 1404, message: 'Unsupported RPC version' },
  application_error: { code: 1500, message: 'Application error in method handler' },
  connection_timeout: { code: 1501, message: 'Connection timeout' },
  response_timeout: { code: 1502, message: 'Response timeout' },
  recipient_disconnected: { code: 1503, message: 'Recipient disconnected' },
  response_payload_too_large: { code: 1504, message: 'Response payload too large' },
  send_failed: { code: 1505, message: 'Failed to send' },
} as const;

export type RpcErrorName = keyof typeof RPC_ERRORS;

/** Failure of a call. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static of(name: RpcErrorName, options?: ErrorOptions): RpcError {
    const { code, message } = RPC_ERRORS[name];
    return new RpcError(code, message, options);
  }

  toPacket(): RpcErrorPacket {
    return new RpcErrorPacket({ code: this.code, message: this.message });
  }
}
