import { FIELDS, IDLE } from './calls-file.ts';
import type { SipAddress } from './sip-address.ts';

/** Behaviour of every call. */
export interface CallScript {
  address: SipAddress;
  /** Payload type of G.711: 0 is µ-law, 8 is A-law. */
  payloadType: 0 | 8;
  /** True if a challenge is answered. */
  hasCredentials: boolean;
  /** Longest time from INVITE to answer, ms. */
  answerWithinMs: number;
  /** Time from the answer until the caller hangs up, or transfers, ms. */
  holdMs: number;
  /** SIP URI to which the caller transfers the call at the end; null: it hangs up. */
  transferTo: string | null;
}

/** Payload type of telephone events in offers. */
export const EVENT_PAYLOAD_TYPE = 101;

/** Longest time for which an answer to CANCEL, BYE or REFER is awaited, ms. */
const REQUEST_MS = 5_000;
/**
 * Time from one look at the clock to the next while a call is held, ms: each request of the other
 * side begins the wait of SIPp again, which alone would make such calls longer without an end.
 */
const LOOK_MS = 500;
const PATIENCE = `timeout="${REQUEST_MS}" ontimeout`;
/**
 * Longest time from a CANCEL to the final response of the INVITE, ms (RFC 3261, §9.1): an answer
 * that arrives until then is ended, so that no call stays open.
 */
export const CANCEL_MS = 32_000;
const CANCELLED = `timeout="${CANCEL_MS}" ontimeout="end"`;
/** Longest time from a REFER that was accepted to the BYE of the other side, ms. */
const TRANSFER_MS = 5_000;

const to = `[field${FIELDS.to}]`;
const from = `[field${FIELDS.from}]`;

/**
 * Scenario of a caller for SIPp. Every outcome has a branch, so that SIPp aborts no call: refused
 * calls are acknowledged (RFC 3261, §17.1.1.3), calls without an answer are cancelled.
 */
export const callerScenario = (script: CallScript): string => {
  const { holdMs, answerWithinMs, hasCredentials, transferTo } = script;
  const hold = `timeout="${Math.min(holdMs, LOOK_MS)}" ontimeout="look"`;
  const timeout = (label: string): string => `timeout="${answerWithinMs}" ontimeout="${label}"`;
  /** Responses to an INVITE, in the state before any of them, or after a provisional one. */
  const responses = (isRinging: boolean, isChallenged: boolean): string => {
    // Only a request with a provisional response may be cancelled (RFC 3261, §9.1).
    const within = timeout(isRinging ? 'cancel' : 'end');
    const ringing = isChallenged ? 'ringing_again' : 'ringing';
    const isOpen = hasCredentials && !isChallenged;
    return [
      ...PROVISIONAL.map((code) => receive(code, `next="${ringing}" ${within}`)),
      ...REFUSALS.map((code) =>
        isOpen && CHALLENGES.has(code)
          ? receive(code, `auth="true" next="challenged" ${within}`)
          : receive(code, `next="refused" ${within}`),
      ),
      `<recv response="200" rrs="true" next="answered" ${within}/>`,
    ].join('\n');
  };
  const dialling = (isChallenged: boolean): string => `${send(invite(script, isChallenged))}
${responses(false, isChallenged)}
<label id="${isChallenged ? 'ringing_again' : 'ringing'}"/>
${responses(true, isChallenged)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<nop><action>
<assignstr assign_to="kind" value="[field${FIELDS.kind}]"/>
<ereg regexp="${IDLE}" search_in="var" variable="kind" check_it="false" assign_to="idle"/>
</action></nop>
<nop next="end" test="idle"/>
${dialling(false)}
${hasCredentials ? `<label id="challenged"/>\n${send(ackOfRefusal(script), false)}\n${dialling(true)}` : ''}
<label id="answered"/>
${send(inDialog(script, 'ACK', null), false)}
<nop><action>${timeOfDay('answered')}</action></nop>
<label id="talking"/>
${receiveRequest('INVITE', `next="offered" ${hold}`)}
${receiveRequest('REFER', `next="referred" ${hold}`)}
<recv request="BYE" next="closed" ${hold}/>
<label id="offered"/>
${send(answerOf(script, '200 OK', true), false)}
<recv request="ACK" timeout="${REQUEST_MS}" ontimeout="look" next="look"/>
<label id="referred"/>
${send(answerOf(script, '603 Decline', false), false, 'next="look"')}
<label id="look"/>
<nop><action>${timeOfDay('now')}
<subtract assign_to="now" variable="answered"/>
<test assign_to="isHeld" variable="now" compare="greater_than_equal" value="${1_000 * holdMs}"/>
</action></nop>
<nop next="held" test="isHeld"/>
<nop next="talking"/>
<label id="held"/>
${transferTo === null ? '' : `${transfer(script, transferTo)}\n<label id="hangup"/>`}
${send(inDialog(script, 'BYE', 4))}
${[200, ...REFUSALS].map((code) => receive(code, `next="end" ${PATIENCE}="end"`)).join('\n')}
<recv request="BYE" next="closed" ${PATIENCE}="end"/>
<label id="closed"/>
${send(answerOf(script, '200 OK', false), false, 'next="end"')}
<label id="cancel"/>
${send(cancel(script))}
${receiveOf(200, 'INVITE', `rrs="true" next="late" test="isINVITE" ${CANCELLED}`)}
${receive(481, CANCELLED)}
${REFUSALS.filter((code) => code !== 481 && code !== 487)
  .map((code) => receive(code, `next="refused" ${CANCELLED}`))
  .join('\n')}
<recv response="487" next="refused" ${CANCELLED}/>
<label id="late"/>
${send(inDialog(script, 'ACK', null), false)}
${send(inDialog(script, 'BYE', 4))}
<label id="leaving"/>
${[200, ...REFUSALS].map((code) => receiveOf(code, 'BYE', `next="left" ${PATIENCE}="end"`)).join('\n')}
<recv request="BYE" next="closed" ${PATIENCE}="end"/>
<label id="left"/>
<nop next="end" test="isBYE"/>
<nop next="leaving"/>
<label id="refused"/>
${send(ackOfRefusal(script), false)}
<label id="end"/>
<nop/>
</scenario>
`;
};

/** Time of day in a variable of SIPp, µs. */
const timeOfDay = (variable: string): string => `
<gettimeofday assign_to="${variable},${variable}Fraction"/>
<multiply assign_to="${variable}" value="1000000"/>
<add assign_to="${variable}" variable="${variable}Fraction"/>`;

const PROVISIONAL = [100, 180, 181, 182, 183] as const;
/** Codes of a challenge, which credentials answer. */
export const CHALLENGES: ReadonlySet<number> = new Set([401, 407]);

/** Codes that refuse a request: of RFC 3261 and its extensions, as IANA lists them. */
const REFUSALS: readonly number[] = [
  ...[300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414],
  ...[415, 416, 417, 420, 421, 422, 423, 424, 425, 428, 429, 430, 433, 436, 437, 438, 439, 440],
  ...[469, 470, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493, 494, 500, 501, 502],
  ...[503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607, 608],
];

const receive = (code: number, attributes: string): string =>
  `<recv response="${code}" optional="true" ${attributes}/>`;

/**
 * A response that may be to another request, too: SIPp takes those to all requests that it sent.
 * Sets the variable `is…` if it is to this one.
 */
const receiveOf = (code: number, method: 'INVITE' | 'BYE', attributes: string): string =>
  `<recv response="${code}" optional="true" ${attributes}><action>
<ereg regexp="${method}" search_in="hdr" header="CSeq:" check_it="false" assign_to="is${method}"/>
</action></recv>`;

const receiveRequest = (method: string, attributes: string): string =>
  `<recv request="${method}" optional="true" ${attributes}/>`;

/** @param isRequest requests are repeated over UDP until they are answered */
const send = (message: string, isRequest = true, attributes = ''): string =>
  `<send ${isRequest ? 'retrans="500"' : ''} ${attributes}><![CDATA[\n\n${message}\n\n]]></send>`;

const hostOf = ({ address: { host, port } }: CallScript): string => `${host}:${port}`;

const ownLines = `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}@[local_ip]:[local_port]>;tag=[pid]swarm[call_number]`;

const contact = `Contact: <sip:${from}@[local_ip]:[local_port];transport=[transport]>`;

const sdp = (payloadType: 0 | 8): string => `Content-Type: application/sdp
Content-Length: [len]

v=0
o=swarm [pid] [call_number] IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [field${FIELDS.port}] RTP/AVP ${payloadType} ${EVENT_PAYLOAD_TYPE}
a=rtpmap:${payloadType} ${payloadType === 0 ? 'PCMU' : 'PCMA'}/8000
a=rtpmap:${EVENT_PAYLOAD_TYPE} telephone-event/8000
a=fmtp:${EVENT_PAYLOAD_TYPE} 0-15
a=ptime:20
a=sendrecv`;

const invite = (script: CallScript, isChallenged: boolean): string =>
  `INVITE sip:${to}@${hostOf(script)} SIP/2.0
${ownLines}
To: <sip:${to}@${hostOf(script)}>
Call-ID: [call_id]
CSeq: ${isChallenged ? 2 : 1} INVITE
${isChallenged ? `[field${FIELDS.credentials}]\n` : ''}${contact}
Max-Forwards: 70
Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, OPTIONS, INFO, UPDATE
User-Agent: livekit-swarm (SIPp)
${sdp(script.payloadType)}`;

/** @param cseq null: that of the INVITE that is acknowledged */
const inDialog = (script: CallScript, method: string, cseq: number | null, lines = ''): string =>
  `${method} [next_url] SIP/2.0
${ownLines}
[routes]
To: <sip:${to}@${hostOf(script)}>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq ?? '[last_cseq_number]'} ${method}
${contact}
Max-Forwards: 70
${lines}Content-Length: 0`;

/** Acknowledges in the transaction of the INVITE, with its Via. */
const ackOfRefusal = (script: CallScript): string =>
  `ACK sip:${to}@${hostOf(script)} SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: [last_cseq_number] ACK
Max-Forwards: 70
Content-Length: 0`;

const cancel = (script: CallScript): string =>
  `CANCEL sip:${to}@${hostOf(script)} SIP/2.0
[last_Via:]
[last_From:]
To: <sip:${to}@${hostOf(script)}>
Call-ID: [call_id]
CSeq: [last_cseq_number] CANCEL
Max-Forwards: 70
Content-Length: 0`;

const answerOf = ({ payloadType }: CallScript, status: string, hasSdp: boolean): string =>
  `SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
${contact}
${hasSdp ? sdp(payloadType) : 'Content-Length: 0'}`;

/** Transfers the call without consulting the target first (RFC 5589, §6). */
const transfer = (script: CallScript, target: string): string => {
  const referTo = `Refer-To: <${target}>\nReferred-By: <sip:${from}@[local_ip]:[local_port]>\n`;
  return `${send(inDialog(script, 'REFER', 3, referTo))}
${[200, ...REFUSALS].map((code) => receive(code, `next="hangup" ${PATIENCE}="hangup"`)).join('\n')}
<recv response="202" ${PATIENCE}="hangup"/>
<recv request="BYE" next="closed" timeout="${TRANSFER_MS}" ontimeout="hangup"/>`;
};
