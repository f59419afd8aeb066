/** Choices of the lab for flags, without the lab: help and error messages do not load it. */
export {
  OPTIONAL_OFFERS,
  OPTIONAL_SERVICES,
  type OptionalOffer,
  type OptionalService,
} from './cluster/optional-services.ts';
export { REDIS_WORDS } from './cluster/redis-setup.ts';
export {
  DEFAULT_LIVEKIT_VERSION,
  LIVEKIT_VERSIONS,
  type LiveKitVersion,
  NEWER_RELEASES,
  TESTED_VERSIONS,
} from './versions.mjs';
