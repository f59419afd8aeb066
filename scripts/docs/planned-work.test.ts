import { readdirSync, readFileSync } from 'node:fs';
import { ALERTS } from '@livekit-swarm/mixin';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './planned-work.ts';
import { runbookPages } from './runbook-sections.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const EXAMPLES = new URL('../../examples/', import.meta.url);

/** Commands in the pages that add a silence. */
const silences = [DOCS, EXAMPLES].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readFileSync(new URL(path, folder), 'utf8').matchAll(/amtool silence add[^`\n]*/g)].map(
        ([command]) => ({ path, command }),
      ),
    ),
);

it('finds one silence on each page except that of the Watchdog', () => {
  const pages = silences.filter(({ path }) => path.startsWith('runbooks/'));
  expect(new Set(pages.map(({ path }) => path)).size).toBe(runbookPages().length - 1);
  expect(pages.map(({ path }) => path)).not.toContain('runbooks/watchdog.md');
});

it.each(silences)(
  '$path: silences what is worked on, and nothing else: $command',
  ({ command }) => {
    expect(problemsOf(command, ALERTS)).toEqual([]);
  },
);

it('no page advises to silence the Watchdog', () => {
  expect(readFileSync(new URL('runbooks/watchdog.md', DOCS), 'utf8')).toContain(
    'Never silence this alert',
  );
});

describe('a silence', () => {
  const END = "--duration=30m --comment='planned: x, by y'";
  it.each([
    ['alertname=LiveKitNodeDown', ['is not limited by cluster', 'is not limited by severity']],
    ['alertname=LiveKitNodeDown cluster=CLUSTER instance=INSTANCE', ['is not limited by severity']],
    ['alertname=LiveKitNodeDown cluster=CLUSTER job=JOB', ['hides alerts of several severities']],
    [
      'alertname=LiveKitNodeDown cluster=CLUSTER severity=warning',
      ['is not limited to what is worked on'],
    ],
    ['alertname=LiveKitNodeDown target=TARGET severity=warning', ['no alert of this name has']],
    ['alertname=LiveKitNodeGone severity=warning', ['no alert has the name LiveKitNodeGone']],
    ['cluster=CLUSTER severity=warning', ['no alert has the name (none)']],
    ['alertname=Watchdog severity=none', ['the Watchdog must never be silenced']],
    ['alertname=~LiveKit.+ cluster=CLUSTER', ['no alert has the name =~LiveKit.+']],
  ])('%s: has a problem', (matchers, problems) => {
    const found = problemsOf(`amtool silence add ${matchers} ${END}`, ALERTS).join('\n');
    for (const problem of problems) expect(found).toContain(problem);
  });

  it('of one node in one cluster has none', () => {
    const good = 'alertname=LiveKitNodeDown cluster=CLUSTER instance=INSTANCE severity=warning';
    expect(problemsOf(`amtool silence add ${good} ${END}`, ALERTS)).toEqual([]);
  });
});
