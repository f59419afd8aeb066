import type { MessageType, ScalarType } from '@bufbuild/protobuf';

/** Fields of protobuf messages that tests describe themselves: one value, or many. */
export const one = (no: number, name: string, T: ScalarType) =>
  ({ no, name, kind: 'scalar', T }) as const;
export const many = (no: number, name: string, T: ScalarType) =>
  ({ no, name, kind: 'scalar', T, repeated: true, packed: true }) as const;
export const part = (no: number, name: string, T: MessageType) =>
  ({ no, name, kind: 'message', T }) as const;
export const parts = (no: number, name: string, T: MessageType) =>
  ({ no, name, kind: 'message', T, repeated: true }) as const;
