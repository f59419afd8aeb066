/** Comparison of numbers that pages quote from alert rules with the rules. */
import { readFileSync } from 'node:fs';
import { type AlertRule, parseAlertRules } from '@livekit-swarm/chaos/drill';
import { formatDuration, parseDuration } from '@livekit-swarm/settings';

/** Reads the rules that come with swarm. */
export const shippedRules = (): AlertRule[] =>
  parseAlertRules(
    readFileSync(new URL('../../alerts/livekit-swarm.rules.yaml', import.meta.url), 'utf8'),
  );

const DURATION = String.raw`((?:\d+(?:\.\d+)? ?(?:ms|seconds?|minutes?|hours?|[smh]) ?)+)`;
/**
 * Pattern of statements such as `LiveKitNodeDown waits 1m30s` and `LiveKitNodeDown has a \`for\` of
 * 30 seconds`.
 */
const WAITS = new RegExp(
  String.raw`\b(LiveKit\w+)(?: waits| has a \`for\` of)(?: for)? ${DURATION}`,
  'g',
);
/**
 * Pattern of statements such as `LiveKitNodeDown fired after 31.6 s` and `fires 31 s after`; the
 * time cannot be shorter than the `for` of the rule.
 */
const FIRED =
  /\b(LiveKit\w+)[^.;|]*? fire[sd](?: after)? (\d+(?:\.\d+)?)(?: to \d+(?:\.\d+)?)? s\b/g;

/** Statements of a page on alerts that contradict these rules. */
export const wrongQuotes = (page: string, rules: readonly AlertRule[]): string[] => {
  const waitsOf = (alert: string): number[] =>
    rules.filter(({ name }) => name === alert).map(({ waitsMs }) => waitsMs);
  const waits = [...page.matchAll(WAITS)].flatMap(([text, alert = '', duration = '']) =>
    waitsOf(alert).includes(msOf(duration)) ? [] : [complaint(text.trim(), alert, waitsOf(alert))],
  );
  const fired = [...page.matchAll(FIRED)].flatMap(([text, alert = '', seconds = '']) => {
    const all = waitsOf(alert);
    return all.length > 0 && Number(seconds) * 1_000 >= Math.min(...all)
      ? []
      : [complaint(text.trim(), alert, all)];
  });
  return [...waits, ...fired];
};

const complaint = (text: string, alert: string, waits: readonly number[]): string =>
  waits.length === 0
    ? `"${text}": no rule has the name ${alert}`
    : `"${text}": ${alert} waits ${waits.map(formatDuration).join(' or ')}`;

/** Reads a duration of prose: `30 seconds`, `1m30s`, `1 min`. */
const msOf = (text: string): number =>
  parseDuration(
    text
      .replaceAll(
        / ?(seconds?|minutes?|hours?)/g,
        (_, unit: string) => ({ s: 's', m: 'm', h: 'h' })[unit.charAt(0)] ?? '',
      )
      .replaceAll(' ', ''),
  );
