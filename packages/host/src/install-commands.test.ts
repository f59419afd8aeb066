import { describe, expect, it } from 'vitest';
import { installCommands, systemName } from './install-commands.mjs';

const RUSTUP =
  "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal";
const goDev = (arch: string) =>
  `curl -fsSL https://go.dev/dl/go1.26.8.linux-${arch}.tar.gz | sudo tar -xzC /usr/local`;

/** Beginnings of the files of these releases. */
const OS_RELEASE = {
  debian:
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  ubuntu: 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n',
  mint: 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n',
  fedora: 'NAME="Fedora Linux"\nID=fedora\nPRETTY_NAME="Fedora Linux 43 (Server Edition)"\n',
  rocky: 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n',
  arch: 'NAME="Arch Linux"\nID=arch\n',
  alpine: 'NAME="Alpine Linux"\nID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n',
  other: 'NAME=Other\nID=other\n',
};

const host = (osRelease: string, more = {}) => ({
  ...{ platform: 'linux', arch: 'x64', isRoot: false, osRelease },
  ...more,
});

const ALL = ['c', 'curl', 'rust', 'go'] as const;

describe('installCommands', () => {
  it.each([
    [
      'debian',
      ['sudo apt-get install -y build-essential ca-certificates curl', RUSTUP, goDev('amd64')],
    ],
    [
      'mint',
      ['sudo apt-get install -y build-essential ca-certificates curl', RUSTUP, goDev('amd64')],
    ],
    ['fedora', ['sudo dnf install -y gcc curl cargo golang']],
    ['rocky', ['sudo dnf install -y gcc curl', RUSTUP, goDev('amd64')]],
    ['arch', ['sudo pacman -S --needed gcc curl rust go']],
    ['alpine', ['sudo apk add build-base curl cargo go']],
  ] as const)('names those of %s', (name, commands) => {
    expect(installCommands(ALL, host(OS_RELEASE[name]))).toEqual(commands);
  });

  it('names the two for Rust and Go alone', () => {
    expect(installCommands(['rust', 'go'], host(OS_RELEASE.ubuntu, { arch: 'arm64' }))).toEqual([
      RUSTUP,
      goDev('arm64'),
    ]);
  });

  it('leaves sudo out for root', () => {
    expect(installCommands(['c', 'go'], host(OS_RELEASE.debian, { isRoot: true }))).toEqual([
      'apt-get install -y build-essential',
      goDev('amd64').replace('sudo ', ''),
    ]);
  });

  it('installs by Homebrew on macOS', () => {
    expect(installCommands(ALL, host('', { platform: 'darwin', arch: 'arm64' }))).toEqual([
      'xcode-select --install',
      'brew install rust go',
    ]);
  });

  it('names the installers of Rust and Go on an unknown system', () => {
    for (const osRelease of [OS_RELEASE.other, ''])
      expect(installCommands(['rust', 'go'], host(osRelease))).toEqual([RUSTUP, goDev('amd64')]);
  });
});

describe('systemName', () => {
  it('is the name that the system gives itself', () => {
    expect(systemName(host(OS_RELEASE.debian))).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(systemName(host('', { platform: 'darwin' }))).toBe('macOS');
    expect(systemName(host(''))).toBe('linux');
  });
});
