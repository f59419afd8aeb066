/**
 * Writes `scenarios/k6/lib/protocol.js` and its types, which read and write the protobuf messages
 * of the k6 scripts:
 *
 *     node scripts/k6/protocol.ts
 *
 * k6 loads no packages, so the file is one module without imports: names, numbers and types of the
 * fields come from @livekit/protocol, the wire format from @bufbuild/protobuf. Fields that the
 * scripts do not use are skipped. A bundle of @livekit/protocol reads a JoinResponse with 100
 * participants in 17 ms in k6's interpreter, this module in 1.3 ms; reduced definitions on the
 * protobuf runtime cost each virtual user 0.41 MB, this module 0.12 MB.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FieldInfo, type MessageType, ScalarType } from '@bufbuild/protobuf';
import {
  DisconnectReason,
  JoinResponse,
  LeaveRequest,
  ParticipantInfo,
  Ping,
  Pong,
  ServerInfo,
  SignalRequest,
  SignalResponse,
} from '@livekit/protocol';
import { rolldown } from 'rolldown';

export const FOLDER = fileURLToPath(new URL('../../scenarios/k6/lib/', import.meta.url));

/**
 * Messages and fields that the scripts use, by the names of livekit_rtc.proto and
 * livekit_models.proto.
 */
const USED: [type: MessageType, fields: string[]][] = [
  [SignalRequest, ['leave', 'ping_req']],
  [SignalResponse, ['join', 'leave', 'pong_resp']],
  [JoinResponse, ['participant', 'ping_timeout', 'ping_interval', 'server_info']],
  [ParticipantInfo, ['sid', 'identity']],
  [ServerInfo, ['version']],
  [LeaveRequest, ['reason']],
  [Ping, ['timestamp', 'rtt']],
  [Pong, ['last_ping_timestamp']],
];

const nameOf = ({ typeName }: { typeName: string }): string => typeName.replace('livekit.', '');

interface FieldSource {
  type: string;
  /** Expression for an absent field; a message has none. */
  empty: string;
  read: string;
  /** Statement that writes the field of `message` unless the field has its default. */
  write: string;
}

/** Wire types of the encoding (https://protobuf.dev/programming-guides/encoding/#structure). */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

const fieldSource = ({ no, localName, ...field }: FieldInfo): FieldSource => {
  const value = `message.${localName}`;
  const scalar = (method: string, empty: string, wireType: number, convert = ''): FieldSource => ({
    type: empty === '0' ? 'number' : 'string',
    empty,
    read: `${convert}(reader.${method}())`,
    write: `if (${value} !== ${empty}) writer.tag(${no}, ${wireType}).${method}(${value});`,
  });
  if (field.repeated || field.kind === 'map')
    throw new Error(`${field.name}: repeated fields are not supported`);
  if (field.kind === 'enum') return scalar('int32', '0', VARINT);
  if (field.kind === 'message')
    return {
      type: `${nameOf(field.T)} | undefined`,
      empty: 'undefined',
      read: `read${nameOf(field.T)}(reader, reader.uint32())`,
      write: `if (${value} !== undefined) write${nameOf(field.T)}(writer.tag(${no}, ${LENGTH_DELIMITED}).fork(), ${value}).join();`,
    };
  switch (field.T) {
    case ScalarType.STRING:
      return scalar('string', "''", LENGTH_DELIMITED);
    case ScalarType.INT32:
      return scalar('int32', '0', VARINT);
    // Times in ms are exact as numbers.
    case ScalarType.INT64:
      return scalar('int64', '0', VARINT, 'Number');
    default:
      throw new Error(`${field.name}: scalar type ${ScalarType[field.T]} is not supported`);
  }
};

interface Message {
  name: string;
  fields: (FieldSource & { no: number; name: string })[];
}

const MESSAGES: Message[] = USED.map(([type, names]) => ({
  name: nameOf(type),
  fields: names.map((name) => {
    const field = type.fields.list().find((one) => one.name === name);
    if (field === undefined) throw new Error(`${type.typeName} has no field ${name}`);
    return { ...fieldSource(field), no: field.no, name: field.localName };
  }),
}));

/** Source of the functions that read and write one message. */
const messageSource = ({ name, fields }: Message): string => `
const read${name} = (reader, length) => {
  const message = { ${fields.map(({ name, empty }) => `${name}: ${empty}`).join(', ')} };
  const end = reader.pos + length;
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    switch (field) {
${fields.map(({ no, name, read }) => `      case ${no}: message.${name} = ${read}; break;`).join('\n')}
      default: reader.skip(wireType, field);
    }
  }
  return message;
};
const write${name} = (writer, message) => {
${fields.map(({ write }) => `  ${write}`).join('\n')}
  return writer;
};`;

/** Names of the reasons by number, as in the protocol. */
const reasons = Object.fromEntries(
  Object.entries(DisconnectReason).filter(([, name]) => typeof name === 'string'),
);

const SOURCE = `
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf';
export const DISCONNECT_REASONS = ${JSON.stringify(reasons)};
${MESSAGES.map(messageSource).join('\n')}
// k6 lacks TextDecoder and TextEncoder. All texts that are read are ASCII (ids and versions); none
// is written.
const ascii = { decode: (bytes) => String.fromCharCode(...bytes), encode: () => new Uint8Array() };
/** @throws Error when the bytes are not a protobuf message */
export const decodeSignalResponse = (bytes) => readSignalResponse(new BinaryReader(bytes, ascii), bytes.length);
export const encodeSignalRequest = (message) => writeSignalRequest(new BinaryWriter(ascii), message).finish();
`;

const BANNER = '// Generated by scripts/k6/protocol.ts from @livekit/protocol. Do not edit.';

const TYPES = `${BANNER}
${MESSAGES.map(({ name, fields }) => `export interface ${name} {\n${fields.map((field) => `  ${field.name}: ${field.type};\n`).join('')}}`).join('\n')}
export const DISCONNECT_REASONS: Record<number, string>;
/** @throws Error when the bytes are not a protobuf message */
export function decodeSignalResponse(bytes: Uint8Array): SignalResponse;
export function encodeSignalRequest(message: Partial<SignalRequest>): Uint8Array;
`;

const ENTRY = 'protocol';

const bundle = async (): Promise<string> => {
  await using bundle = await rolldown({
    input: ENTRY,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    platform: 'neutral',
    plugins: [
      {
        name: 'protocol',
        resolveId: (id) =>
          id === ENTRY
            ? ENTRY
            : id === '@bufbuild/protobuf'
              ? fileURLToPath(import.meta.resolve(id))
              : null,
        load: (id) => (id === ENTRY ? SOURCE : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  return `${BANNER}\n${output[0].code}`;
};

/** Texts of the generated files, by file name in `FOLDER`. */
export const generateProtocol = async (): Promise<Record<string, string>> => ({
  'protocol.js': await bundle(),
  'protocol.d.ts': TYPES,
});

if (import.meta.main)
  for (const [name, text] of Object.entries(await generateProtocol()))
    await writeFile(join(FOLDER, name), text);
