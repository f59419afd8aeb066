/** Scenario of SIPp's answering side, whose behaviour the dialled number chooses. */
export interface Answering {
  /** Time from INVITE to 180, and from 180 to 200, ms. */
  ringAfterMs: number;
  answerAfterMs: number;
  /** Port of an agent that answers with audio, and of one that sends nothing. */
  voicePort: number;
  mutePort: number;
  /** Credentials that a caller must have; null: none. */
  credentials: { username: string; password: string } | null;
  /** Status of a transfer in its NOTIFY. */
  transferStatus: 200 | 503;
}

/** Numbers with a behaviour of their own; all others are answered, with audio. */
export const NUMBERS = {
  busy: '486',
  unavailable: '503',
  /** Answered by an agent that sends no audio. */
  mute: '900',
  /** Ended by the other side after 500 ms. */
  dropped: '901',
  /** Rings, and is never answered. */
  ringing: '902',
  /** Rings until it is cancelled, and is answered at the same time: 200 of the CANCEL, then of the INVITE. */
  late: '903',
  /** The same, in the other order. */
  lateFirst: '904',
  /** Answered on hold, with the address 0.0.0.0. */
  held: '905',
  /** Answered on hold, and resumed after a second. */
  resumed: '906',
  /** The same, by an INVITE without SDP, whose ACK has the answer. */
  resumedByAck: '907',
} as const;

export const answeringScenario = (answering: Answering): string => `<?xml version="1.0"?>
<scenario name="answering side">
<recv request="INVITE" rrs="true"><action>
${Object.entries(NUMBERS)
  .map(
    ([name, number]) =>
      `<ereg regexp="sip:${number}@" search_in="hdr" header="To:" check_it="false" assign_to="${name}"/>`,
  )
  .join('\n')}
</action></recv>
${answering.credentials === null ? '' : challenge(answering.credentials)}
<nop next="busy" test="busy"/>
<nop next="unavailable" test="unavailable"/>
<pause milliseconds="${answering.ringAfterMs}"/>
${answer('180 Ringing')}
<nop next="ringing" test="ringing"/>
<nop next="late" test="late"/>
<nop next="lateFirst" test="lateFirst"/>
<pause milliseconds="${answering.answerAfterMs}"/>
<nop next="mute" test="mute"/>
<nop next="held" test="held"/>
<nop next="resumed" test="resumed"/>
<nop next="resumedByAck" test="resumedByAck"/>
${answer('200 OK', { port: answering.voicePort, next: 'talking' })}
<label id="mute"/>
${answer('200 OK', { port: answering.mutePort })}
<label id="talking"/>
<recv request="ACK"/>
<nop next="dropped" test="dropped"/>
<label id="open"/>
<recv request="REFER" optional="true" next="referred"/>
<recv request="BYE"/>
${answer('200 OK', { next: 'end' })}
<label id="referred"/>
${answer('202 Accepted')}
${request('NOTIFY', `Event: refer\nSubscription-State: terminated\nContent-Type: message/sipfrag\nContent-Length: [len]\n\nSIP/2.0 ${answering.transferStatus} Result`)}
<recv response="200"/>
${answering.transferStatus === 200 ? '<nop next="hangup"/>' : '<nop next="open"/>'}
<label id="dropped"/>
<pause milliseconds="500"/>
<label id="hangup"/>
${request('BYE', 'Content-Length: 0')}
<recv response="200" next="end"/>
<label id="busy"/>
${answer('486 Busy Here')}
<recv request="ACK" next="end"/>
<label id="unavailable"/>
${answer('503 Service Unavailable')}
<recv request="ACK" next="end"/>
<label id="ringing"/>
<recv request="CANCEL"/>
${answer('200 OK')}
<send><![CDATA[

SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 INVITE
Content-Length: 0

]]></send>
<recv request="ACK" next="end"/>
<label id="late"/>
<recv request="CANCEL"/>
${answer('200 OK')}
${lateAnswer(answering.voicePort, 'ended')}
<label id="lateFirst"/>
<recv request="CANCEL"/>
${lateAnswer(answering.voicePort, null)}
${answer('200 OK')}
<label id="ended"/>
<recv request="ACK" optional="true"/>
<recv request="BYE"/>
${answer('200 OK', { next: 'end' })}
<label id="held"/>
${answer('200 OK', { port: answering.voicePort, host: HOLD, next: 'talking' })}
<label id="resumed"/>
${answer('200 OK', { port: answering.voicePort, host: HOLD })}
<recv request="ACK"/>
<pause milliseconds="1000"/>
${request('INVITE', sdp(answering.voicePort, '[local_ip]'))}
<recv response="200"/>
${request('ACK', 'Content-Length: 0', false)}
<nop next="open"/>
<label id="resumedByAck"/>
${answer('200 OK', { port: answering.voicePort, host: HOLD })}
<recv request="ACK"/>
<pause milliseconds="1000"/>
${request('INVITE', 'Content-Length: 0')}
<recv response="200"/>
${request('ACK', sdp(answering.voicePort, '[local_ip]'), false)}
<nop next="open"/>
<label id="end"/>
<nop/>
</scenario>
`;

/**
 * A response to the last request; with a port, it has an SDP.
 * @param options next: label that follows. A nop after it would miss messages that arrive at once.
 */
const answer = (
  status: string,
  {
    port = null,
    host = '[local_ip]',
    next = null,
  }: { port?: number | null; host?: string; next?: string | null } = {},
): string => `<send${next === null ? '' : ` next="${next}"`}><![CDATA[

SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]side[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${port === null ? 'Content-Length: 0' : sdp(port, host)}

]]></send>`;

/** Address of a side that holds a call (RFC 3264, §8.4). */
const HOLD = '0.0.0.0';

const sdp = (port: number, host: string): string => `Content-Type: application/sdp
Content-Length: [len]

v=0
o=side 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 ${host}
t=0 0
m=audio ${port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000`;

/** Answer of the INVITE after a CANCEL arrived. */
const lateAnswer = (port: number, next: string | null): string =>
  `<send${next === null ? '' : ` next="${next}"`}><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]side[call_number]
[last_Call-ID:]
CSeq: 1 INVITE
Contact: <sip:[local_ip]:[local_port]>
${sdp(port, '[local_ip]')}

]]></send>`;

/** A request of the answering side within the call. */
const request = (
  method: string,
  rest: string,
  isRepeated = true,
): string => `<send${isRepeated ? ' retrans="500"' : ''}><![CDATA[

${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:side@[local_ip]:[local_port]>;tag=[pid]side[call_number]
To: <sip:caller@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ${method}
Contact: <sip:[local_ip]:[local_port]>
Max-Forwards: 70
${rest}

]]></send>`;

const challenge = ({
  username,
  password,
}: {
  username: string;
  password: string;
}): string => `<send><![CDATA[

SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[pid]side[call_number]
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="side", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5
Content-Length: 0

]]></send>
<recv request="ACK"/>
<recv request="INVITE"><action>
<verifyauth assign_to="known" username="${username}" password="${password}"/>
</action></recv>
<nop next="known" test="known"/>
<send next="refused"><![CDATA[

SIP/2.0 403 Forbidden
[last_Via:]
[last_From:]
[last_To:];tag=[pid]side[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="refused"/>
<recv request="ACK" next="end"/>
<label id="known"/>`;
