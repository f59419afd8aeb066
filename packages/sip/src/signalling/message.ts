/** A SIP message as it passed SIPp. */
export interface SipMessage {
  /** When SIPp sent or received it, ms since 1970. */
  atMs: number;
  isSent: boolean;
  callId: string;
  /** Method of a request, or of the request that is answered. */
  method: string;
  sequence: number;
  /** Status of a response; null: a request. */
  status: number | null;
  body: string;
}

/** Reads a message; null: it is not SIP, or lacks a field that every message has. */
export const readMessage = (atMs: number, isSent: boolean, text: string): SipMessage | null => {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/);
  const [start = '', ...lines] = head.split(/\r?\n/);
  const response = /^SIP\/2\.0 (\d{3})/.exec(start);
  if (response === null && !/^[A-Z]+ .*SIP\/2\.0$/.test(start)) return null;
  const callId = field(lines, /^(?:call-id|i)\s*:\s*(\S+)/i);
  const cseq = field(lines, /^cseq\s*:\s*(\d+\s+[A-Z]+)/i)?.split(/\s+/);
  if (callId === null || cseq === undefined) return null;
  return {
    ...{ atMs, isSent, callId, body: rest.join('\r\n\r\n') },
    ...{ method: cseq[1] ?? '', sequence: Number(cseq[0]) },
    status: response === null ? null : Number(response[1]),
  };
};

const field = (lines: readonly string[], pattern: RegExp): string | null => {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return null;
};
