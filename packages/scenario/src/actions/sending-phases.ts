import type { ParticipantPlan } from '../plan.ts';
import type { RoleGrants } from '../role-keys/grants.ts';
import { mayPublish } from '../role-keys/grants.ts';
import type { TrackPlan } from '../track-plan.ts';
import type { ActionSource, PlannedAction } from './action-spec.ts';
import { actionSourceOf } from './action-spec.ts';

/** Permissions and sent tracks of a participant from one time on. */
export interface SendingPhase {
  /** Start of the phase, ms after the start of the run. */
  fromMs: number;
  grants: RoleGrants;
  /** Tracks that are published, allowed and not muted. */
  tracks: TrackPlan[];
  /** True while a participant that takes turns does not speak. */
  isQuiet: boolean;
}

type Acting = Pick<ParticipantPlan, 'joinAtMs' | 'publish' | 'grants' | 'actions' | 'turns'>;

/** Phases of a stay: the first one begins with the join, and another one with each action. */
export const sendingPhases = ({
  joinAtMs,
  publish,
  grants,
  actions = [],
  turns,
}: Acting): SendingPhase[] => {
  const state = {
    grants,
    published: new Map<ActionSource, { track: TrackPlan; muted: boolean }>(
      publish.map((track) => [actionSourceOf(track), { track, muted: false }]),
    ),
    isQuiet: turns === 'takes',
  };
  const phase = (fromMs: number): SendingPhase => ({
    fromMs,
    grants: state.grants,
    tracks: [...state.published.values()]
      .filter(({ track, muted }) => !muted && mayPublish(state.grants, track))
      .map(({ track }) => track),
    isQuiet: state.isQuiet,
  });
  const apply = (action: PlannedAction): void => {
    const { published } = state;
    switch (action.do) {
      case 'mute':
      case 'unmute': {
        const publication = published.get(action.source);
        if (publication !== undefined) publication.muted = action.do === 'mute';
        return;
      }
      case 'unpublish':
        published.delete(action.source);
        return;
      case 'publish':
        if (mayPublish(state.grants, action.track))
          published.set(actionSourceOf(action.track), { track: action.track, muted: false });
        return;
      case 'permit':
        state.grants = { ...state.grants, ...action.permission };
        // The server unpublishes tracks that are no longer allowed; a later permission does not
        // publish them again.
        for (const [source, { track }] of [...published])
          if (!mayPublish(state.grants, track)) published.delete(source);
        return;
      case 'speak':
      case 'listen':
        state.isQuiet = action.do === 'listen';
        return;
      default:
        return;
    }
  };
  const phases = [phase(joinAtMs)];
  for (const action of actions) {
    apply(action);
    phases.push(phase(action.atMs));
  }
  return phases;
};
