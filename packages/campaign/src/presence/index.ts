export {
  checkPresence,
  type PresenceCheck,
  type PresenceOutcome,
  type PresenceProgress,
} from './session.ts';
