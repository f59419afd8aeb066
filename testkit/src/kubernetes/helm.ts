import { fileURLToPath } from 'node:url';
import { type PinnedProgram, type ProvideOptions, provideProgram } from '@livekit-swarm/lab';

const VERSION = '4.3.1';

/** Helm, for the chart in packaging/helm. testkit/helm/go.mod pins the version. */
export const HELM: PinnedProgram = {
  name: 'helm',
  version: VERSION,
  goPackage: 'helm.sh/helm/v4/cmd/helm',
  moduleFolder: fileURLToPath(new URL('../../helm/', import.meta.url)),
  versionArgs: ['version', '--short'],
  versionPattern: /^v(\d+\.\d+\.\d+\S*)/,
  pathVariable: 'SWARM_HELM',
  usualBuild: '1 to 5 minutes',
  // Helm's own build sets the version the same way.
  linkedValues: { 'helm.sh/helm/v4/internal/version.version': `v${VERSION}` },
};

/** @returns the path of Helm @throws SwarmError errors of `provideProgram` */
export const provideHelm = async (options: ProvideOptions = {}): Promise<string> =>
  (await provideProgram(HELM, (options.env ?? process.env).SWARM_HELM, options)).path;
