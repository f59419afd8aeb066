import { installCommands } from '@livekit-swarm/host';
import type { ProgramBinary, SourceName } from '@livekit-swarm/lab';
import {
  type Absent,
  checkSources,
  DEFAULT_LIVEKIT_VERSION,
  isFound,
  LIVEKIT_VERSIONS,
  type LiveKitVersion,
  liveKitServer,
  NEWER_RELEASES,
} from '@livekit-swarm/lab';
import { type Finding, missing, ok, warn } from './finding.ts';

const LABELS: Record<SourceName, string> = {
  explicit: 'SWARM_LIVEKIT_SERVER',
  package: 'npm package',
  path: 'PATH',
  cache: 'cache',
  'go-build': 'Go build',
};

/**
 * One finding per pinned version: what would be used. Of the default version, each place that was
 * looked at, if it is not there: the others are found or built when a run needs them.
 */
export const checkServers = async (goIsThere: boolean): Promise<Finding[]> => [
  ...(
    await Promise.all(LIVEKIT_VERSIONS.map((version) => lookAtVersion(version, goIsThere)))
  ).flat(),
  ok(
    'livekit-server: newer versions',
    `on ${NEWER_RELEASES.lookedUp} there were ${NEWER_RELEASES.first} to ${NEWER_RELEASES.last}, which cannot be built from pinned modules; a binary of any version can be given: SWARM_LIVEKIT_SERVER, or --server PATH`,
  ),
];

const lookAtVersion = async (version: LiveKitVersion, goIsThere: boolean): Promise<Finding[]> => {
  const name = `livekit-server ${version}`;
  const places = await checkSources(liveKitServer(version));
  const wrongPath = places.find(
    (place) => place.source === 'explicit' && !isFound(place) && process.env.SWARM_LIVEKIT_SERVER,
  );
  const used = places.find(isFound);
  const finding =
    wrongPath === undefined ? summary(name, version, used, goIsThere) : badPath(name, wrongPath);
  if (finding.status === 'ok' || version !== DEFAULT_LIVEKIT_VERSION) return [finding];
  return [
    finding,
    ...places.map((place) =>
      ok(
        `${name}: ${LABELS[place.source]}`,
        isFound(place) ? `${place.version} at ${place.path}` : `not used: ${place.why}`,
      ),
    ),
    ok(`${name}: Go build`, goIsThere ? 'possible: pinned by go.sum' : 'not possible: no Go'),
  ];
};

const badPath = (name: string, place: ProgramBinary | Absent): Finding =>
  missing(
    name,
    isFound(place) ? place.path : place.why,
    'correct SWARM_LIVEKIT_SERVER, or unset it: then a pinned one is used',
  );

const summary = (
  name: string,
  version: LiveKitVersion,
  used: ProgramBinary | undefined,
  goIsThere: boolean,
): Finding => {
  if (used !== undefined)
    return ok(name, `${used.version} from ${LABELS[used.source]}: ${used.path}`);
  if (goIsThere)
    return warn(
      name,
      'not here yet',
      'nothing to do: the first run that needs it builds it, in 1 to 3 minutes',
    );
  const next = `install Go (${installCommands(['go']).join('; ')}), set SWARM_LIVEKIT_SERVER to a binary, or test your own with --url`;
  return version === DEFAULT_LIVEKIT_VERSION
    ? missing(name, 'nowhere', next)
    : warn(name, 'nowhere', next);
};
