/** Tests that docs/ARCHITECTURE.md states what the code does. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from './testing/markdown-pages.ts';

const page = readPage('docs/ARCHITECTURE.md').replace(/\s+/g, ' ');

/** Figures of the page, with the package whose code has them. */
const FIGURES: readonly [text: string, name: string, code: string | RegExp][] = [
  ['An attempt has 15 s', 'runner', 'JOIN_TIMEOUT_MS = 15_000;'],
  ['there are four, with back-off', 'runner', 'JOIN_ATTEMPTS = 4;'],
  ['at most ten attempts', 'livekit', /BASE_DELAYS_MS = \[\d[\d_]*(, \d[\d_]*){9}\];/],
  ['attempts in 40 s', 'livekit', 'GIVE_UP_AFTER_MS = 40_000;'],
  ['more than 500 ms in a track', 'webrtc', 'INTERRUPTION_NS: u64 = 500 * MS;'],
  ['900 ms after an Opus packet', 'webrtc', 'DTX_NS: u64 = 400 * MS;'],
  ['sent more than 20 ms after', 'webrtc', 'LATE_SEND_NS: u64 = 20_000_000;'],
  ['twice a second', 'runner', ' EVERY_MS = 500;'],
  ['2 % relative error', 'metrics', 'RELATIVE_ACCURACY = 0.02;'],
  ['planned load within a hundredth', 'analysis', ' MISSING_SHARE = 0.01;'],
  ['at least ten seconds', 'analysis', 'LEAST_CLEAN_MS = 10_000;'],
  ['and half of the run', 'analysis', 'LEAST_CLEAN_SHARE = 0.5;'],
  ['one datagram in 10,000', 'analysis', 'SOCKET_DROPS_SHARE = 0.0001;'],
  ['one packet in a hundred sent late', 'analysis', 'LATE_SENDS_SHARE = 0.01;'],
  ['one join in twenty started a second late', 'analysis', 'LATE_JOINS_SHARE = 0.05;'],
  ['missing for a fiftieth of the time', 'analysis', ' MISSING_SHARE = 0.02;'],
  ['all busy in half of the samples', 'analysis', ' SATURATED_SHARE = 0.5;'],
  ['one pause of a process of more than two seconds', 'analysis', ' PAUSE_MS = 2_000;'],
  ['leaves within five seconds, before its join', 'analysis', 'JOIN_GRACE_MS = 5_000;'],
  ['overlapped for less than five seconds', 'scenario', ' ENOUGH_MS = 5_000;'],
  ['three seconds to record', 'runner', 'AFTER_SERVER_DEATH_MS = 3_000;'],
  ['does not stop within ten seconds', 'runner', ' LEAVE_TIMEOUT_MS = 10_000;'],
  [
    'a minute after the scheduled time',
    'cli',
    /'--expiry-margin <duration>'[\s\S]{0,150}\.default\('60s'\)/,
  ],
];

/** Names of the page that stand for something with another name in the code. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['getrusage']);

/** Text of the sources of packages, without tests. */
const sourcesOf = (packages: string): string =>
  globSync(`packages/${packages}/{src,crate/src}/**/*.{ts,rs}`, { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

describe('docs/ARCHITECTURE.md', () => {
  it.each(FIGURES)('has the figure of the code: %s', (text, name, code) => {
    expect(page).toContain(text);
    const source = sourcesOf(name);
    const isThere = typeof code === 'string' ? source.includes(code) : code.test(source);
    expect(isThere, `packages/${name} has no ${code}`).toBe(true);
  });

  it('has a row for every package', () => {
    const rows = [...page.matchAll(/\| \[(\w+)\]\(\.\.\/packages\/\1\) \|/g)].map(
      ([, name = '']) => name,
    );
    expect(rows.sort()).toEqual(readdirSync(join(root, 'packages')).sort());
  });

  it('has names of the code only', () => {
    const code = sourcesOf('*');
    const inCode = [...page.matchAll(/`([\w-]+)`/g)];
    const functions = [...page.matchAll(/\b([a-z]+[A-Z]\w+)\b/g)];
    const names = new Set([...inCode, ...functions].map(([, name = '']) => name));
    expect(names.size).toBeGreaterThan(20);
    const unknown = [...names].filter((name) => !OTHER_NAMES.has(name) && !code.includes(name));
    expect(unknown).toEqual([]);
  });
});
