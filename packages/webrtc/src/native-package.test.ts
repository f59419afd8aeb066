import { describe, expect, it } from 'vitest';
import { nativeFileName } from './native-file.ts';
import { NATIVE_TARGETS, nativePackage, targetName, thisTarget } from './native-package.ts';

const GLIBC = { glibcVersionRuntime: '2.36' };

describe('the package of the media engine', () => {
  it.each([
    ['linux', 'x64', GLIBC, '@livekit-swarm/native-linux-x64-gnu'],
    ['linux', 'x64', {}, '@livekit-swarm/native-linux-x64-musl'],
    ['linux', 'arm64', GLIBC, '@livekit-swarm/native-linux-arm64-gnu'],
    ['linux', 'arm64', {}, '@livekit-swarm/native-linux-arm64-musl'],
    ['darwin', 'arm64', {}, '@livekit-swarm/native-darwin-arm64'],
    // Nothing is published for it; the message that the engine is missing names it.
    ['linux', 'riscv64', GLIBC, '@livekit-swarm/native-linux-riscv64-gnu'],
  ])('of %s on %s with %o is %s', (platform, arch, header, name) => {
    expect(nativePackage(thisTarget({ platform, arch }, header))).toBe(name);
  });

  it('has the name of its target', () => {
    for (const [name, target] of Object.entries(NATIVE_TARGETS))
      expect(targetName(target)).toBe(name);
  });

  it('has files that are named alike for both C libraries, as a package holds one of them', () => {
    expect(nativeFileName('swarm-native', { platform: 'linux', arch: 'arm64' })).toBe(
      'swarm-native.linux-arm64.node',
    );
    expect(nativeFileName('swarm-impair', { platform: 'linux', arch: 'x64' })).toBe(
      'swarm-impair.linux-x64',
    );
  });
});
