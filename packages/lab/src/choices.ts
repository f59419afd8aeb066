/** What command lines offer of the lab, without the lab itself: help and refusals do not have to load it. */
export {
  OPTIONAL_OFFERS,
  OPTIONAL_SERVICES,
  type OptionalOffer,
  type OptionalService,
} from './cluster/optional-services.ts';
export {
  DEFAULT_LIVEKIT_VERSION,
  LIVEKIT_VERSIONS,
  type LiveKitVersion,
  TESTED_VERSIONS,
} from './versions.ts';
