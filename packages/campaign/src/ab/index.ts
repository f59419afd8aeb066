export { checkServers, embeddedTarget } from './embedded-target.ts';
export { parseServerSpec, type ServerSpec } from './server-spec.ts';
export { type AbSession, type AbSessionResult, runAbSession } from './session.ts';
