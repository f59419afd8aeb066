import { parseArgs } from 'node:util';
import { isUsageError, parseDuration, usageError } from '@livekit-swarm/settings';
import { DASHBOARDS, type DashboardUid } from '../../packages/mixin/src/rule.ts';
import type { Picture } from './picture.ts';

/** Parsed command line. */
export interface Order {
  keys: readonly DashboardUid[];
  theme: Picture['theme'];
  /** Folder for the pictures. */
  out: string;
  /** Time for which the deployment of the program runs before its pictures are taken, ms. */
  playMs: number;
  /** Existing Prometheus; null: the program starts a deployment. */
  source: { url: string; from: number; to: number; scrapeSeconds: number } | null;
}

export const USAGE = `npm run dashboards:pictures -- [DASHBOARD…] [--theme dark|light] [--out FOLDER] [--play 7m]
npm run dashboards:pictures -- [DASHBOARD…] --prometheus URL [--from TIME] [--to TIME] [--scrape-interval 15s]
  DASHBOARD  ${Object.keys(DASHBOARDS).join(', ')}
  TIME       now, now-15m or 2026-11-21T08:00:00Z; default: the last hour`;

/** Dashboard that is empty without a drill. */
const NOT_BY_ITSELF: DashboardUid = 'chaos';

/**
 * @param now present time, Unix ms
 * @throws SwarmError `usage` with the name of the wrong argument
 */
export const readOrder = (args: readonly string[], now: number): Order => {
  const { positionals, values } = parsed(args);
  const keys = Object.keys(DASHBOARDS) as DashboardUid[];
  for (const given of positionals) {
    if (!keys.some((key) => key === given))
      throw usageError(`unknown dashboard "${given}"`, `choose one of ${keys.join(', ')}`);
  }
  const { theme, prometheus } = values;
  if (theme !== 'dark' && theme !== 'light')
    throw usageError(`--theme ${theme}: is none`, 'write dark or light');
  const timeOf = (flag: 'from' | 'to', given: string): number =>
    explained(() => readTime(given, now), `--${flag} ${given}`);
  const durationOf = (flag: string, given: string): number => {
    const duration = explained(() => parseDuration(given), `--${flag} ${given}`);
    if (duration >= 1_000) return duration;
    throw usageError(`--${flag} ${given}: is shorter than a second`);
  };
  if (prometheus === undefined) {
    for (const flag of ['from', 'to', 'scrape-interval'] as const) {
      if (values[flag] !== undefined)
        throw usageError(`--${flag}: needs --prometheus`, 'add --prometheus URL');
    }
  } else if (!/^https?:\/\//.test(prometheus) || !URL.canParse(prometheus)) {
    throw usageError(`--prometheus ${prometheus}: is not a URL`, 'write http://HOST:PORT');
  } else if (values.play !== undefined) {
    throw usageError(
      '--play: is for a stage of our own',
      'leave it out, or leave out --prometheus',
    );
  }
  const from = timeOf('from', values.from ?? 'now-1h');
  const to = timeOf('to', values.to ?? 'now');
  if (to - from < 60_000) throw usageError('--from: must be a minute or more before --to');
  const all = prometheus === undefined ? keys.filter((key) => key !== NOT_BY_ITSELF) : keys;
  return {
    keys: positionals.length === 0 ? all : keys.filter((key) => positionals.includes(key)),
    theme,
    out: values.out,
    playMs: durationOf('play', values.play ?? '7m'),
    source:
      prometheus === undefined
        ? null
        : {
            url: prometheus,
            from,
            to,
            scrapeSeconds:
              durationOf('scrape-interval', values['scrape-interval'] ?? '15s') / 1_000,
          },
  };
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        theme: { type: 'string', default: 'dark' },
        out: { type: 'string', default: 'docs/images/dashboards' },
        play: { type: 'string' },
        prometheus: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        'scrape-interval': { type: 'string' },
      },
    });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error), USAGE);
  }
};

const explained = (read: () => number, what: string): number => {
  try {
    return read();
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw usageError(`${what}: ${error.message}`, error.hint);
  }
};

const readTime = (text: string, now: number): number => {
  if (text === 'now') return now;
  if (text.startsWith('now-')) return now - parseDuration(text.slice('now-'.length));
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw usageError('is not a time', 'write now, now-15m or 2026-11-21T08:00:00Z');
  return time;
};
