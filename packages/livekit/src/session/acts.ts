/** Requests of a participant besides media, and their effects on the view of other participants. */
import {
  CandidateProtocol,
  type ParticipantInfo,
  ParticipantInfo_State,
  SimulateScenario,
  UpdateParticipantMetadata,
} from '@livekit/protocol';
import type { ActionSource, ActionStep } from '@livekit-swarm/scenario';
import type { RequestMessage } from '../signal/signal-socket.ts';
import { sourceOf } from './permissions.ts';

/** A participant as an update of the server describes it. */
export type { ParticipantInfo, SpeakerInfo } from '@livekit/protocol';

type SetStep = Extract<ActionStep, { do: 'set' }>;
type SimulateStep = Extract<ActionStep, { do: 'simulate' }>;
/** Simulations that the server carries out; the client carries out the others itself. */
export type ServerSimulation = Exclude<SimulateStep['simulate'], 'full-reconnect'>;

/** Request that changes name, metadata or attributes. Omitted fields keep their values. */
export const setRequest = ({ name, metadata, attributes }: SetStep): RequestMessage => ({
  case: 'updateMetadata',
  value: new UpdateParticipantMetadata({
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata }),
    ...(attributes !== undefined && { attributes }),
  }),
});

/** Request of a simulation, equal to that of `simulateScenario` in livekit-client. */
export const simulateRequest = (
  simulate: ServerSimulation,
  bandwidthBps: number,
): RequestMessage => ({
  case: 'simulate',
  value: new SimulateScenario({ scenario: scenarioOf(simulate, bandwidthBps) }),
});

const scenarioOf = (
  simulate: ServerSimulation,
  bandwidthBps: number,
): SimulateScenario['scenario'] => {
  switch (simulate) {
    case 'speaker-update':
      return { case: 'speakerUpdate', value: SPEAKER_SECONDS };
    case 'migration':
      return { case: 'migration', value: true };
    case 'node-failure':
      return { case: 'nodeFailure', value: true };
    case 'server-leave':
      return { case: 'serverLeave', value: true };
    case 'force-tcp':
      return { case: 'switchCandidateProtocol', value: CandidateProtocol.TCP };
    case 'force-tls':
      return { case: 'switchCandidateProtocol', value: CandidateProtocol.TLS };
    case 'subscriber-bandwidth':
      return { case: 'subscriberBandwidth', value: BigInt(bandwidthBps) };
  }
};

/** Duration of the `speaker` simulation of livekit-client, seconds. */
const SPEAKER_SECONDS = 3;

/** Number of the protocol's TrackSource, as in `RemoteTrack.source`. */
export const trackSourceOf = (source: ActionSource): number =>
  sourceOf(source === 'audio' ? { kind: 'audio' } : { kind: 'video', source });

export const hasLeft = ({ state }: ParticipantInfo): boolean =>
  state === ParticipantInfo_State.DISCONNECTED;

/**
 * Returns a predicate that is true once other participants can see the effect of an action; null:
 * they never see it.
 */
export const shows = (step: ActionStep): ((participant: ParticipantInfo) => boolean) | null => {
  switch (step.do) {
    case 'mute':
    case 'unmute': {
      const source = trackSourceOf(step.source);
      const muted = step.do === 'mute';
      return ({ tracks }) => tracks.some((one) => one.source === source && one.muted === muted);
    }
    case 'publish': {
      const source = trackSourceOf(step.track.kind === 'audio' ? 'audio' : step.track.source);
      return ({ tracks }) => tracks.some((one) => one.source === source);
    }
    case 'unpublish': {
      const source = trackSourceOf(step.source);
      return ({ tracks }) => tracks.every((one) => one.source !== source);
    }
    case 'set':
      return ({ name, metadata, attributes }) =>
        (step.name ?? name) === name &&
        (step.metadata ?? metadata) === metadata &&
        Object.entries(step.attributes ?? {}).every(
          ([key, value]) => (attributes[key] ?? '') === value,
        );
    case 'disappear':
      return hasLeft;
    case 'permit':
    case 'simulate':
    case 'change-address':
    case 'join-again':
      return null;
  }
};
