/** The engine of ordinary runs. A module of its own, as only workers load the addon. */
export { createEngine } from '@livekit-swarm/engine';
