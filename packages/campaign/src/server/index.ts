export { checkServers } from './check-servers.ts';
export { describeServer, parseServerSpec, type ServerSpec } from './server-spec.ts';
export { startOptions } from './start-options.ts';
