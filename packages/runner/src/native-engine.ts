/** Engine of ordinary runs, in a module of its own, because only workers load the addon. */
export { createEngine } from '@livekit-swarm/engine';
