/** Kinds of code in a profile of livekit-server, in the order of a legend. */
export const ORIGINS = {
  livekit: 'LiveKit',
  pion: 'pion (WebRTC)',
  crypto: 'encryption',
  network: 'network and kernel',
  runtime: 'Go runtime (scheduler, memory)',
  other: 'other',
} as const;

export type Origin = keyof typeof ORIGINS;

/** Packages of each kind, by the start of a function's name; the first that fits counts. */
const PACKAGES: readonly (readonly [Origin, RegExp])[] = [
  ['livekit', /^github\.com\/livekit\//],
  ['pion', /^github\.com\/pion\//],
  ['crypto', /^(crypto\/|golang\.org\/x\/crypto\/|vendor\/golang\.org\/x\/crypto\/)/],
  [
    'network',
    /^(net[./]|syscall\.|internal\/poll\.|golang\.org\/x\/(net|sys)\/|(internal\/runtime|runtime\/internal)\/syscall)/,
  ],
  ['runtime', /^(runtime[./]|internal\/runtime\/|sync[./]|internal\/sync)/],
];

/** Kind of code that a function of Go belongs to. */
export const originOf = (name: string): Origin =>
  PACKAGES.find(([, packages]) => packages.test(name))?.[0] ?? 'other';

/** Name of a function without the path of its package: `sfu.(*DownTrack).WriteRTP`. */
export const shortName = (name: string): string => {
  // The parameters of generic types have paths of their own.
  const end = name.indexOf('[');
  const path = end < 0 ? name : name.slice(0, end);
  return name.slice(path.lastIndexOf('/') + 1);
};
