import { type ReleaseNames, readNames, readVersion, repositoryUrl } from '../release/names.ts';
import { generatedFrom } from './markdown.ts';

/** Names and version that the pages show. */
export interface Release {
  names: ReleaseNames;
  version: string;
}

export const presentRelease = (): Release => ({ names: readNames(), version: readVersion() });

const sh = (...lines: string[]): string => ['```sh', ...lines, '```'].join('\n');

/** Renders what a reader of README.md needs to know first. */
export const statusBox = ({ names, version }: Release = presentRelease()): string =>
  names.released
    ? `> **Version ${version}.** [All ways to install](docs/install.md) · [Changes](CHANGELOG.md)`
    : [
        '> **Status: unreleased.** No package, image, chart, action or repository of this name is published: this project does not own what you find elsewhere under such a name.',
        '> Everything on this page works from this source tree.',
      ].join('\n');

/** Renders the same for the site, whose pages have other addresses. */
export const statusOnSite = ({ names, version }: Release = presentRelease()): string =>
  names.released ? `> **Version ${version}.**` : statusBox({ names, version });

/** Renders where vulnerabilities are reported. */
export const securityContact = ({ names }: Release = presentRelease()): string =>
  names.securityContact === null
    ? [
        'Report a vulnerability in private, not in an issue. This project is unreleased and has no address of its own yet; a release is refused until there is one. Until then, report to the maintainers of the copy that you have:',
        '',
        '- in a repository on GitHub, with *Report a vulnerability* on its Security tab;',
        "- elsewhere, by mail to its maintainers: `git log -5 --format='%an <%ae>'` in the sources shows them;",
        '- if neither is possible, ask in an issue for a private address, without any detail of your finding.',
      ].join('\n')
    : `Report a vulnerability in private, not in an issue: to <${names.securityContact}>, or with *Report a vulnerability* on the Security tab of ${repositoryUrl(names)}.`;

/** Renders the commands with which a reader has a first run. */
export const quickStart = (
  { names, version }: Release = presentRelease(),
  details = 'docs/get-started.md',
): string =>
  names.released
    ? [
        'With Node ≥ 22.19, or with Docker:',
        '',
        sh(
          `npx ${names.package} --rooms 5 --duration 10s --embedded`,
          `docker run --rm ${names.image}:${version}`,
        ),
      ].join('\n')
    : [
        'In this source tree, with nothing but Docker:',
        '',
        sh('docker build -t livekit-swarm .', 'docker run --rm livekit-swarm'),
        '',
        `Or on Linux with Node ≥ 22.19, Rust ≥ 1.89, Go ≥ 1.26 and a C compiler ([details](${details})):`,
        '',
        sh('npm start'),
      ].join('\n');

/** Renders the way to a checkout. */
export const checkoutCommands = ({ names }: Release = presentRelease()): string =>
  names.released
    ? sh(
        `git clone ${repositoryUrl(names)}.git && cd ${names.repository.split('/')[1]}`,
        'npm start',
      )
    : ['In this source tree:', '', sh('npm start')].join('\n');

/** Renders the ways to install packages of a release. */
const packageSections = ({ names, version }: Release): string => {
  const { package: name, scope, image, charts } = names;
  const bundle = `livekit-swarm-${version}-linux-x64-gnu.tar.gz`;
  return `## npm

${sh(`npx ${name} --rooms 5`, `npm install --global ${name}       # the commands livekit-swarm and swarm, which are the same`)}

npm chooses the package with the media engine by operating system, processor and C library (\`${scope}/native-linux-x64-gnu\`, …). The program runs in your own Node from 24 on. For older
ones npm also installs a Node 24 on Linux with glibc; on musl and macOS your own must be 24 or newer. \`npm install --omit=optional\` leaves all of these out: \`swarm doctor\` names what is missing.

## Container image

For amd64 and arm64:

${sh(
  `docker run --rm ${image}:${version}`,
  'mkdir -p records',
  'docker run --rm --network host --user "$(id -u):$(id -g)" -e LIVEKIT_API_KEY -e LIVEKIT_API_SECRET \\',
  '  -v "$PWD/records:/work/records" -v "$PWD/scenarios:/work/scenarios:ro" \\',
  `  ${image}:${version} run scenarios/large-event.yaml --url wss://livekit.staging.example.com`,
)}

It is [the image of a source tree](install.md#container-image), made of the npm packages.

## Helm chart

${sh(`helm install load ${charts}/livekit-swarm --set hosts.replicas=5`)}

[Values and rules of its pods](install.md#helm-chart).

## Signatures

Image and chart are signed by their digest:

${sh(
  `cosign verify ${image}:${version} --certificate-oidc-issuer https://token.actions.githubusercontent.com \\`,
  `  --certificate-identity-regexp '^${repositoryUrl(names)}/\\.github/workflows/release\\.yml@refs/tags/v'`,
)}

## Jsonnet

${sh(`jb install ${repositoryUrl(names).replace('https://', '')}@v${version}`)}

## GitHub action

${['```yaml', `- uses: ${names.action}@v${version}`, '  with: { scenario: scenarios/*.yaml, server: embedded }', '```'].join('\n')}

[Inputs, outputs, and a whole workflow](../examples/ci/README.md).

## Offline bundle

For \`linux-x64-gnu\` and \`linux-arm64-gnu\`: one archive with the program, everything that it needs, and Node. A list of its parts (CycloneDX) and \`SHA256SUMS\` are
beside it. Each file has an attestation of the workflow and the commit that built it.

${sh(
  `gh attestation verify ${bundle} --repo ${names.repository}`,
  'sha256sum --check --ignore-missing SHA256SUMS',
)}

[Unpack it](install.md#offline-bundle).

## How long it takes

\`npx ${name} --rooms 5\` took 54.7 s, a run of 31 s included, and passed: in a Debian 12 (\`debootstrap --variant=minbase\`) with Node 24 and npm added, without a compiler, with empty caches, from a registry
on the same host, on 2 cores. While other work saturated the cores it took 68 to 89 s, and was inconclusive for that reason.`;
};

/** Renders, for docs/install.md, where packages come from. */
export const packagesToday = ({ names }: Release = presentRelease()): string =>
  names.released
    ? 'None of the packages needs Rust or Go: [install a release](releases.md).'
    : 'Nothing is published yet. [After the first release](releases.md), packages, image, chart and action are available by name.';

/** Renders docs/releases.md: commands that need a release. */
export const releasesPage = (release: Release = presentRelease()): string =>
  [
    release.names.released ? '# Install a release' : '# After the first release',
    '',
    generatedFrom('scripts/release/names.json'),
    '',
    release.names.released
      ? `npm packages, container image, Helm chart, GitHub action and offline bundle of version ${release.version}.`
      : '**None of these commands works yet**, because nothing is published: this project does not own packages and images that have these names today. This page shows what the first release will have. What works today: [Install](install.md).',
    '',
    'The media engine and livekit-server are compiled for the platform: none of these ways needs Rust or Go. The packages have no install scripts and download nothing; third-party install scripts are optional: use',
    '`npm install --ignore-scripts`, as the image and the bundle do.',
    '',
    packageSections(release),
    '',
  ].join('\n');

/** Renders the reference to the action in a workflow: of the release, or of a copy of the sources. */
export const actionReference = ({ names, version }: Release = presentRelease()): string =>
  names.released ? `${names.action}@v${version}` : './.livekit-swarm';

/** Workflows and pages that show a step with the action. */
export const ACTION_EXAMPLES = [
  'examples/ci/.github/workflows/quality-gate.yml',
  'docs/how-to/baselines.md',
  'docs/how-to/inconclusive.md',
];

const COPY_STEPS = /\n {6}# Until the first release[\s\S]*?\n {10}path: \.livekit-swarm\n/g;

/**
 * Steps that fetch a copy of the sources, which has the action until there is a release. An empty
 * name would check out the repository of the gate instead, which has no action.
 */
const copySteps = (checkout: string): string => `
      # Until the first release: a copy of the sources of livekit-swarm, in your own repository (owner/name).
      - name: Name the sources of livekit-swarm
        id: sources
        env:
          # GitHub passes no variables to pull requests from forks: if you accept these, write owner/name here.
          SOURCES: \${{ vars.LIVEKIT_SWARM_REPOSITORY }}
        run: |
          if [ -z "$SOURCES" ]; then
            echo '::error title=The sources of livekit-swarm have no name::LIVEKIT_SWARM_REPOSITORY is empty. Set this variable of the repository to owner/name; for pull requests from forks, write owner/name into this step.'
            exit 2
          fi
          echo "repository=$SOURCES" >>"$GITHUB_OUTPUT"

      - uses: ${checkout}
        with:
          repository: \${{ steps.sources.outputs.repository }}
          path: .livekit-swarm
`;

/** Replaces references to the action, and adds or removes the steps that fetch its sources. */
export const withAction = (text: string, release: Release = presentRelease()): string => {
  const referred = text
    .replace(COPY_STEPS, '')
    .replace(
      /(\buses: )(?:\.\/\.livekit-swarm|[\w.-]+\/[\w.-]*livekit-swarm[\w.-]*@v[\w.-]+)/g,
      (_all, uses: string) => uses + actionReference(release),
    );
  if (release.names.released) return referred;
  return referred.replace(
    /\n {6}- uses: (actions\/checkout@[^\n]*)\n/g,
    (step, checkout: string) => step + copySteps(checkout),
  );
};
