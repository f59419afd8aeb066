import type { ModuleProblem, ModuleSection } from '../module-section.ts';

/** Settings of a probe that follows an HLS stream, and the limits within which it succeeds. */
export interface HlsModule {
  name: string;
  kind: 'hls';
  url: URL;
  /** Hosts that may be loaded besides that of `url`. */
  hosts: readonly string[];
  /** Bandwidth of the listener, bit/s; null: no limit. */
  mostBitsPerSecond: number | null;
  /** Time for which the stream is followed, ms. */
  durationMs: number;
  limits: {
    /** Time from the first request until the first segment is loaded. */
    startMs: number;
    /** Age of the newest segment; null: no limit. */
    ageMs: number | null;
  };
}

const DEFAULTS = { durationMs: 10_000, startMs: 3_000 } as const;
const KEYS: ReadonlySet<string> = new Set([
  ...['kind', 'url', 'hosts', 'bandwidth', 'duration', 'limits'],
]);
const LIMITS: ReadonlySet<string> = new Set(['start', 'age']);
/** Address of a module that has none, and is refused. */
const NOWHERE = 'http://localhost/';

/** Build a module from its settings in the configuration, and list their problems. */
export const hlsModuleOf = (
  name: string,
  options: ModuleSection,
): { module: HlsModule; problems: ModuleProblem[] } => {
  const { url, hosts = [], bandwidth, duration = DEFAULTS.durationMs, limits = {} } = options;
  const problems: ModuleProblem[] = [];
  if (url === undefined)
    problems.push({
      key: null,
      message: 'url is missing',
      hint: 'write url: https://cdn.example.com/radio/main.m3u8',
    });
  for (const key of Object.keys(options) as (keyof ModuleSection)[])
    if (options[key] !== undefined && !KEYS.has(key))
      problems.push({
        key,
        message: `hls has no ${key}`,
        hint: `it has ${[...KEYS].join(', ')}`,
      });
  for (const [limit, value] of Object.entries(limits))
    if (value !== undefined && !LIMITS.has(limit))
      problems.push({
        key: 'limits',
        message: `hls has no ${limit}`,
        hint: `its limits are ${[...LIMITS].join(' and ')}`,
      });
  return {
    problems,
    module: {
      ...{ name, kind: 'hls', url: new URL(url ?? NOWHERE) },
      hosts: hosts.map((host) => host.toLowerCase()),
      ...{ mostBitsPerSecond: bandwidth ?? null, durationMs: duration },
      limits: { startMs: limits.start ?? DEFAULTS.startMs, ageMs: limits.age ?? null },
    },
  };
};
