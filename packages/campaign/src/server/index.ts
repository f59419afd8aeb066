export { checkServers } from './check-servers.ts';
export { parseServerSpec, type ServerSpec } from './server-spec.ts';
