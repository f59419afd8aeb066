export { type AbSession, type AbSessionResult, runAbSession } from './session.ts';
