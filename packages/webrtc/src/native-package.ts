/** Platform that a compiled file runs on. */
export interface NativeTarget {
  platform: 'linux' | 'darwin';
  arch: 'x64' | 'arm64';
  /** The C library; null where the platform has only one. */
  libc: 'glibc' | 'musl' | null;
}

/** Targets that are published, by the names that npm and this project have for them. */
export const NATIVE_TARGETS = {
  'linux-x64-gnu': { platform: 'linux', arch: 'x64', libc: 'glibc' },
  'linux-x64-musl': { platform: 'linux', arch: 'x64', libc: 'musl' },
  'linux-arm64-gnu': { platform: 'linux', arch: 'arm64', libc: 'glibc' },
  'linux-arm64-musl': { platform: 'linux', arch: 'arm64', libc: 'musl' },
  'darwin-arm64': { platform: 'darwin', arch: 'arm64', libc: null },
  'darwin-x64': { platform: 'darwin', arch: 'x64', libc: null },
} as const satisfies Record<string, NativeTarget>;

/** The part of Node's report that names the C library: only glibc has a version there. */
interface ReportHeader {
  glibcVersionRuntime?: string;
}

/**
 * Target of this host, as its Node sees it: a Node for musl has no glibc, even on a host that also
 * has one.
 */
export const thisTarget = (
  { platform, arch }: { platform: string; arch: string } = process,
  header: ReportHeader = (process.report.getReport() as { header: ReportHeader }).header,
): Pick<NativeTarget, 'libc'> & { platform: string; arch: string } => {
  const glibc = header.glibcVersionRuntime !== undefined;
  return { platform, arch, libc: platform !== 'linux' ? null : glibc ? 'glibc' : 'musl' };
};

/**
 * `linux-x64-gnu`: the key of `NATIVE_TARGETS`, and for hosts without a package what it would be.
 */
export const targetName = ({
  platform,
  arch,
  libc,
}: {
  platform: string;
  arch: string;
  libc: NativeTarget['libc'];
}): string =>
  [platform, arch, ...(libc === null ? [] : [libc === 'glibc' ? 'gnu' : 'musl'])].join('-');

/**
 * The npm package with the compiled files for a target: `@livekit-swarm/native-linux-x64-gnu`. npm
 * installs it where it fits.
 */
export const nativePackage = (target: ReturnType<typeof thisTarget> = thisTarget()): string =>
  `@livekit-swarm/native-${targetName(target)}`;
