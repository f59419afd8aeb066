// Plain JavaScript: the setup scripts use it before Node 24, which runs TypeScript, is installed.
import { readFileSync } from 'node:fs';

/**
 * Tools that compile the media engine and livekit-server; `curl` fetches the installers of others.
 *
 * @typedef {'rust' | 'go' | 'c' | 'curl'} Tool
 *
 * @typedef {object} Host
 * @property {string} platform
 * @property {string} arch
 * @property {boolean} isRoot
 * @property {string} osRelease text of /etc/os-release; empty: there is none.
 */

/** Version of Go that is installed where a distribution has none that is new enough. */
const GO = '1.26.8';

/** Newest Rust, into the home folder. */
const RUSTUP =
  "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal";

/**
 * Package managers by the `ID` or `ID_LIKE` of their distributions (os-release(5)). `packages`:
 * names of the tools' packages; a tool without one is too old there, or missing.
 *
 * @type {readonly { ids: readonly string[], command: string, packages: Partial<Record<Tool, string>> }[]}
 */
const MANAGERS = [
  {
    ids: ['alpine'],
    command: 'apk add',
    packages: { c: 'build-base', rust: 'cargo', go: 'go', curl: 'curl' },
  },
  {
    ids: ['arch'],
    command: 'pacman -S --needed',
    packages: { c: 'gcc', rust: 'rust', go: 'go', curl: 'curl' },
  },
  {
    ids: ['debian', 'ubuntu'],
    command: 'apt-get install -y',
    packages: { c: 'build-essential', curl: 'ca-certificates curl' },
  },
  // Distributions with ID_LIKE=fedora have older packages, so the ID itself must match.
  {
    ids: ['fedora!'],
    command: 'dnf install -y',
    packages: { c: 'gcc', rust: 'cargo', go: 'golang', curl: 'curl' },
  },
  {
    ids: ['fedora', 'rhel', 'centos', 'amzn'],
    command: 'dnf install -y',
    packages: { c: 'gcc', curl: 'curl' },
  },
  {
    ids: ['suse', 'opensuse'],
    command: 'zypper install -y',
    packages: { c: 'gcc', curl: 'curl' },
  },
];

/** Reads the facts about this host. @returns {Host} */
export const thisHost = () => ({
  platform: process.platform,
  arch: process.arch,
  isRoot: process.getuid?.() === 0,
  osRelease: readOsRelease(),
});

const readOsRelease = () => {
  for (const path of ['/etc/os-release', '/usr/lib/os-release'])
    try {
      return readFileSync(path, 'utf8');
    } catch {}
  return '';
};

/** @param {Host} host @param {string} key @returns {string} empty: it is not given. */
const osReleaseValue = ({ osRelease }, key) =>
  new RegExp(`^${key}=["']?(.*?)["']?$`, 'm').exec(osRelease)?.[1] ?? '';

/** Name of the system: `Debian GNU/Linux 12 (bookworm)`. @param {Host} host */
export const systemName = (host) => {
  if (host.platform === 'darwin') return 'macOS';
  return osReleaseValue(host, 'PRETTY_NAME') || host.platform;
};

/**
 * Shell commands that install tools, in the order in which they are run.
 * @param {readonly Tool[]} tools
 * @param {Host} host
 * @returns {string[]}
 */
export const installCommands = (tools, host = thisHost()) => {
  if (host.platform === 'darwin') return brewCommands(tools);
  const id = osReleaseValue(host, 'ID');
  const ids = [`${id}!`, id, ...osReleaseValue(host, 'ID_LIKE').split(' ')];
  const manager = ids
    .map((one) => MANAGERS.find((manager) => manager.ids.includes(one)))
    .find((found) => found !== undefined);
  const packages = tools.flatMap((tool) => manager?.packages[tool] ?? []);
  const others = tools.filter((tool) => manager?.packages[tool] === undefined);
  return [
    ...(manager === undefined || packages.length === 0
      ? []
      : [`${sudo(host)}${manager.command} ${packages.join(' ')}`]),
    ...others.map((tool) => withoutPackage(tool, host)),
  ];
};

/** @param {Host} host */
const sudo = ({ isRoot }) => (isRoot ? '' : 'sudo ');

/** @param {Tool} tool @param {Host} host */
const withoutPackage = (tool, host) =>
  ({
    rust: RUSTUP,
    go: `curl -fsSL https://go.dev/dl/go${GO}.linux-${host.arch === 'x64' ? 'amd64' : host.arch}.tar.gz | ${sudo(host)}tar -xzC /usr/local`,
    c: 'install a C compiler (cc, gcc or clang) with the package manager of this system',
    curl: 'install curl with the package manager of this system',
  })[tool];

/** @param {readonly Tool[]} tools */
const brewCommands = (tools) => {
  const formulas = tools.filter((tool) => tool === 'rust' || tool === 'go');
  return [
    ...(tools.includes('c') ? ['xcode-select --install'] : []),
    ...(formulas.length > 0 ? [`brew install ${formulas.join(' ')}`] : []),
  ];
};
