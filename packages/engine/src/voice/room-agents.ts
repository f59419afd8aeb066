/** Voice agent in the room, as an SDK shows it. */
export interface AgentFacts {
  identity: string;
  /** True if it publishes audio. */
  hasAudio: boolean;
  attributes: Record<string, string>;
}

/** Participant of an SDK: livekit-client, in pages of browsers, or rtc-node. */
interface SdkParticipant {
  identity: string;
  kind: number;
  attributes: Readonly<Record<string, string>>;
  trackPublications: ReadonlyMap<string, { kind?: unknown }>;
}

/** Values of the SDK for a voice agent and for audio. */
interface SdkNames {
  agent: number;
  audio: unknown;
}

/** Voice agents among the participants of a room. */
export const agentsAmong = (
  participants: Iterable<SdkParticipant>,
  { agent, audio }: SdkNames,
): AgentFacts[] =>
  [...participants]
    .filter(({ kind }) => kind === agent)
    .map(({ identity, attributes, trackPublications }) => ({
      identity,
      hasAudio: [...trackPublications.values()].some(({ kind }) => kind === audio),
      attributes: { ...attributes },
    }));
