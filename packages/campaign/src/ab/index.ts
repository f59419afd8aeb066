export { type Contender, checkContender, planTurn } from './contender.ts';
export { type AbSession, type AbSessionResult, runAbSession } from './session.ts';
