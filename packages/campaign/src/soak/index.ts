export { type SoakObserver, type SoakSettings, soakServer } from './soak-server.ts';
