import type { DrillResult } from '@livekit-swarm/chaos';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../../../chaos/test/support/drill-of.ts';
import {
  emptyDrill,
  interruptedDrill,
  largeDrill,
  passedDrill,
  resultOf,
  splitBrainDrill,
  variedDrill,
  voidDrill,
} from '../../../../chaos/test/support/drill-results.ts';
import { renderDrillHtml } from './render-html.ts';

const RESULTS: [string, DrillResult][] = [
  ['one that passed', passedDrill()],
  ['a split brain', splitBrainDrill()],
  ['several repeats', variedDrill()],
  ['one that is void', voidDrill()],
  ['one that was interrupted', interruptedDrill()],
  ['one without participants', emptyDrill()],
  ['one without a repeat', resultOf(drillOf(), [])],
];

/** Body of a page without the script at its end. */
const bodyOf = (page: string): string =>
  page.slice(page.indexOf('<body>'), page.lastIndexOf('<script>'));

describe.each(RESULTS)('the page of %s', (_, result) => {
  const page = renderDrillHtml(result);

  it('has no style, script or event in its elements, which its policy would refuse', () => {
    const body = bodyOf(page);
    expect(body).not.toMatch(/<[^>]* style=/);
    expect(body).not.toMatch(/<script|<[a-z]+(?: [a-z-]+="[^"]*")* on\w+=/);
    expect(page).toContain("default-src 'none'");
  });

  it('contains no value that was not rendered', () => {
    expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });

  it('has unique ids', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(id);
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(id);
  });
});

describe('the page of a drill', () => {
  it('shows the outcome, subscriptions and each objective', () => {
    const page = renderDrillHtml(splitBrainDrill());
    expect(page).toContain('<h1 id="verdict-title">Known failure, accepted</h1>');
    expect(page).toContain('<section class="hero inconclusive"');
    const strict = renderDrillHtml(splitBrainDrill(), { strict: true });
    expect(strict).toContain('<h1 id="verdict-title">Known failure</h1>');
    expect(strict).toContain('<section class="hero failed"');
    expect(page).toContain('split brain: 2 partitions');
    expect(page).toMatch(/<td class="never">not recovered<\/td>/);
    expect(page).toMatch(
      /rooms in split brain<\/th><td class="n found bad">1<\/td><td class="n asked">at most 0<\/td>/,
    );
    expect(page).toContain(
      'a-1: media missing from 0:10.0 to 0:20.0, 0:20.0 to 1:00.0, and at the end',
    );
  });

  it('folds rooms without interruption into one', () => {
    const page = renderDrillHtml(largeDrill({ rooms: 30 }));
    expect(page).toContain('20 rooms without interruption');
    expect(page).toContain('80 participants');
    expect(page.match(/<p class="room">/g)).toHaveLength(10);
  });

  it('shows no objectives of a void drill', () => {
    expect(renderDrillHtml(voidDrill())).not.toContain('Objectives');
  });

  it('lists every repeat, and shows each outcome in full', () => {
    const drill = drillOf({ repeats: 30 });
    const [passed] = passedDrill().repeats;
    const [split] = splitBrainDrill().repeats;
    if (passed === undefined || split === undefined) throw new Error('no repeat');
    const repeats = Array.from({ length: 30 }, (_, index) => ({
      ...(index === 25 ? split : passed),
      number: index + 1,
    }));
    const page = renderDrillHtml(resultOf(drill, repeats));
    expect(page).toContain('id="repeat-26"');
    expect(page.match(/<section class="card repeat"/g)).toHaveLength(10);
    expect(page).toContain('<th scope="row">30</th>');
  });

  it('has a bounded size, whatever the number of rooms, participants, repeats and faults', () => {
    const usual = renderDrillHtml(largeDrill({ rooms: 6 })).length;
    const large = largeDrill({ rooms: 300, repeats: 5 });
    const [fault] = large.repeats[0]?.recovery.faults ?? [];
    if (fault === undefined) throw new Error('no fault');
    for (const { recovery } of large.repeats) {
      recovery.faults = Array.from({ length: 500 }, (_, index) => ({
        ...fault,
        id: `f${index}`,
        injectedAt: 10_000 + index * 90,
      }));
      recovery.ghostRooms = Array.from({ length: 5_000 }, (_, index) => `ghost-${index}`);
    }
    expect(renderDrillHtml(large).length - usual).toBeLessThan(1_200_000);
  });

  it('fades a fault that lasts once all media has recovered', () => {
    const lasting = (result: DrillResult): string =>
      renderDrillHtml({
        ...result,
        repeats: result.repeats.map((repeat) => ({
          ...repeat,
          recovery: {
            ...repeat.recovery,
            faults: repeat.recovery.faults.map((fault) => ({ ...fault, rolledBackAt: null })),
          },
        })),
      });
    expect(lasting(passedDrill())).toContain('class="fault recovered"');
    expect(lasting(splitBrainDrill())).not.toContain('class="fault recovered"');
  });

  it('states its start, and has a bar of how connections recovered', () => {
    const page = renderDrillHtml(splitBrainDrill());
    expect(page).toMatch(/<span class="dim">\d+ \w+ \d{4}, \d\d:\d\d UTC<\/span>/);
    expect(page).toMatch(/<svg class="recovered-by".*class="method-not_needed".*<\/svg>/);
  });

  it('escapes hostile names', () => {
    const word =
      '</style></title><script>hacked=1</script><img src=x onerror="hacked=1">\u202e\u0007\ud800';
    const result = splitBrainDrill();
    const [repeat] = result.repeats;
    if (repeat === undefined) throw new Error('no repeat');
    const { recovery } = repeat;
    const page = renderDrillHtml({
      ...result,
      deployment: word,
      serverVersion: word,
      drill: { ...result.drill, name: word, description: word },
      repeats: [
        {
          ...repeat,
          reasons: [{ code: 'execution_failed', error: null, message: word }],
          record: word,
          recovery: {
            ...recovery,
            faults: recovery.faults.map((fault) => ({
              ...fault,
              fault: word,
              target: { role: 'component', name: word },
              components: [word],
            })),
            skipped: [{ fault: word, detail: word }],
            participants: recovery.participants.map((one) => ({
              ...one,
              identity: `${word}${one.identity}`,
              room: word,
            })),
            rooms: recovery.rooms.map((one) => ({
              ...one,
              room: word,
              partitions: [[word, `${word}2`], [`${word}3`]],
            })),
            subscriptions: recovery.subscriptions.map((one) => ({
              ...one,
              room: word,
              subscriber: word,
              publisher: `${word}2`,
            })),
            ghostRooms: [word],
            alerts: [{ at: 1, name: word, state: 'firing' }],
            replacements: [
              {
                at: 30_000,
                component: word,
                replacement: word,
                terminatedMs: 1,
                scheduledMs: null,
                runningMs: null,
                readyMs: 3_000,
              },
            ],
          },
        },
      ],
    });
    const body = bodyOf(page);
    expect(body).not.toMatch(/<script|<img|<[a-z]+(?: [a-z-]+="[^"]*")* on\w+=/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(body).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
    expect(page.isWellFormed()).toBe(true);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).toMatch(/<bdi>&lt;\/style&gt;/);
  });
});

it('numbers the parts of a drill with extra attempts', () => {
  const varied = variedDrill();
  const page = renderDrillHtml({ ...varied, drill: { ...varied.drill, repeats: 1 } });
  const links = [...bodyOf(page).matchAll(/<li><a href="#repeat-\d+">([^<]*)</g)];
  expect(links.map(([, text]) => text)).toEqual(
    varied.repeats.map(({ number }) => `Repeat ${number}`),
  );
});
