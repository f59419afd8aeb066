import type { Finding } from '@livekit-swarm/hls';
import type { HlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { startSwarm } from './swarm.ts';

/** The part of the result of `swarm hls` that tests look at. */
export interface HlsJson {
  exit: number | NodeJS.Signals;
  verdict: string;
  counts: { listeners: number; started: number; failed: number; segments: number };
  metrics: Record<string, number>;
  thresholds: { metric: string; value: number | null; ok: boolean | null }[];
  findings: Finding[];
  generator: { cpuSeconds: number; loopDelayP99Ms: number; isImpaired: boolean };
  stderr: string;
}

export const runHls = (url: string, ...flags: string[]): Promise<HlsJson> => run(url, flags, []);

/** The same on one core. */
export const runHlsOnCore = (url: string, ...flags: string[]): Promise<HlsJson> =>
  run(url, flags, ['taskset', '-c', '0']);

const run = async (url: string, flags: string[], wrapper: string[]): Promise<HlsJson> => {
  const args = ['hls', url, '--json', '--quiet', ...flags];
  const swarm = startSwarm(args, {}, undefined, wrapper);
  const exit = await swarm.ended;
  const result = swarm.stdout() === '' ? {} : (JSON.parse(swarm.stdout()) as object);
  return { ...result, exit, stderr: swarm.stderr() } as HlsJson;
};

export const findingOf = <Code extends Finding['code']>(
  { findings }: HlsJson,
  code: Code,
): Extract<Finding, { code: Code }> => {
  const [found, ...others] = findings.filter(
    (one): one is Extract<Finding, { code: Code }> => one.code === code,
  );
  if (found === undefined || others.length > 0)
    throw new Error(`not one finding ${code}: ${JSON.stringify(findings)}`);
  return found;
};

/** Playback of the only listener below a path, from the log of nginx and the durations of segments. */
export const playbackOf = (
  origin: HlsOrigin,
  path: string,
): { endsAtMs: (number: number) => number; loadedAtMs: (number: number) => number } => {
  const loaded = new Map<number, number>();
  for (const { atMs, path: served, status } of origin.served()) {
    const number = served.startsWith(path) ? /(\d+)\.ts$/.exec(served)?.[1] : undefined;
    if (number !== undefined && status === 200) loaded.set(Number(number), atMs);
  }
  const ends = new Map<number, number>();
  let endMs: number | null = null;
  for (const [number, atMs] of [...loaded].sort(([a], [b]) => a - b)) {
    endMs = Math.max(endMs ?? atMs, atMs) + (origin.durations.get(number) ?? Number.NaN);
    ends.set(number, endMs);
  }
  return {
    endsAtMs: (number) => ends.get(number) ?? Number.NaN,
    loadedAtMs: (number) => loaded.get(number) ?? Number.NaN,
  };
};
