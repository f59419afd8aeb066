/** Answers of a name server that knows one name, which has one IPv4 address (RFC 1035 §4). */

const HEADER_BYTES = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
/** Response, authoritative, without error; the same with RCODE 3: the name does not exist. */
const ANSWERED = 0x8400;
const NO_SUCH_NAME = ANSWERED | 3;
/** Pointer to the name of the question, right behind the header (§4.1.4). */
const NAME_OF_QUESTION = 0xc000 | HEADER_BYTES;
/** Bits of the request that the response repeats: opcode, and recursion desired. */
const REPEATED = 0x7900;

interface Question {
  name: string;
  type: number;
  /** End of the question in the request, bytes. */
  end: number;
}

/** Reads the only question of a request; null: it is malformed, or has several. */
const readQuestion = (request: Buffer): Question | null => {
  if (request.length < HEADER_BYTES + 5 || request.readUInt16BE(4) !== 1) return null;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = request[at] ?? 0; length !== 0; length = request[at] ?? 0) {
    // Names of questions are not compressed.
    if (length > 63 || at + length + 5 >= request.length) return null;
    labels.push(request.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  if (request.length < at + 5) return null;
  return { name: labels.join('.'), type: request.readUInt16BE(at + 1), end: at + 5 };
};

/**
 * Answers a request.
 * @param address IPv4 address of the name
 * @param ttlSeconds time for which the answer may be cached
 * @returns null for a malformed request: it gets no answer
 */
export const answerRequest = (
  request: Buffer,
  { name, address, ttlSeconds }: { name: string; address: string; ttlSeconds: number },
): Buffer | null => {
  const question = readQuestion(request);
  if (question === null) return null;
  const isKnown = question.name === name;
  const hasAnswer = isKnown && question.type === TYPE_A;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(request.readUInt16BE(0), 0);
  header.writeUInt16BE(
    (isKnown ? ANSWERED : NO_SUCH_NAME) | (request.readUInt16BE(2) & REPEATED),
    2,
  );
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  const asked = request.subarray(HEADER_BYTES, question.end);
  if (!hasAnswer) return Buffer.concat([header, asked]);
  const record = Buffer.alloc(16);
  record.writeUInt16BE(NAME_OF_QUESTION, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(ttlSeconds, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return Buffer.concat([header, asked, record]);
};
