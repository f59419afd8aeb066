import { LIVEKIT_VERSIONS } from '@livekit-swarm/lab/choices';

/** Grammar of a server under test, as help texts and error messages show it. */
export const SERVER_GRAMMAR = '[NAME=]VERSION|PATH[+CONFIG][@cpu=N][@memory=SIZE]';

/** Examples of a server under test, for hints of error messages. */
export const SERVER_EXAMPLES =
  '1.13.4, ./livekit-server, 1.13.4+livekit.yaml, 1.13.4@cpu=0.5, 1.13.4@memory=500MB';

/** Pinned versions, as help texts and error messages list them. */
export const PINNED_VERSIONS = LIVEKIT_VERSIONS.join(', ');
