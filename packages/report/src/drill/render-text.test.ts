import { describe, expect, it } from 'vitest';
import {
  emptyDrill,
  interruptedDrill,
  largeDrill,
  passedDrill,
  splitBrainDrill,
  variedDrill,
  voidDrill,
} from '../../../chaos/test/support/drill-results.ts';
import { renderDrillText } from './render-text.ts';

const RESULTS = {
  passed: passedDrill(),
  'split-brain': splitBrainDrill(),
  varied: variedDrill(),
  void: voidDrill(),
  interrupted: interruptedDrill(),
  empty: emptyDrill(),
  large: largeDrill(),
};

/** Text that a terminal shows, without colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const plain = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, '');

describe.each(Object.entries(RESULTS))('the text of a drill: %s', (name, result) => {
  it('looks as in golden/', async () => {
    await expect(renderDrillText(result)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('keeps to 100 columns and to what a terminal shows', () => {
    for (const line of renderDrillText(result).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(100);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(renderDrillText(result)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('has the same text with colours', () => {
    const colored = renderDrillText(result, { color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
    expect(colored).toMatch(/\u001b\[3[123]m/);
    expect(plain(colored).replaceAll(/\s+/g, ' ')).toBe(
      renderDrillText(result).replaceAll(/\s+/g, ' '),
    );
  });
});

describe('the text of a drill', () => {
  it('claims no rollback and no lost participant after a truncated record', () => {
    const passed = passedDrill();
    const repeats = passed.repeats.map((repeat) => ({
      ...repeat,
      reasons: [{ code: 'record_truncated' as const, atMs: 60_000 }],
      recovery: {
        ...repeat.recovery,
        faults: repeat.recovery.faults.map((fault) => ({ ...fault, rolledBackAt: null })),
        participants: repeat.recovery.participants.map((one, index) => ({
          ...one,
          recoveredBy: index === 0 ? ('not_recovered' as const) : one.recoveredBy,
        })),
      },
    }));
    const text = renderDrillText({ ...passed, repeats }).replaceAll(/\s+/g, ' ');
    expect(text).toContain('the record is truncated 60.0 s into the run: the end is missing');
    expect(text).toContain('no rollback in the record');
    expect(text).toContain('1 not recovered yet');
    expect(text).not.toContain('rolled back at the end');
  });

  it('names the server in its first line, and the platform in the next', () => {
    const foreign = {
      ...passedDrill(),
      deployment: 'containers with swarm.drill=staging on unix:///var/run/docker.sock',
      server: { host: 'livekit.staging.example.com', isLab: false, nodes: 3 },
    };
    expect(renderDrillText(foreign).split('\n').slice(0, 3)).toEqual([
      '✓ PASSED (exit 0)  livekit.staging.example.com, 3 nodes, livekit-server 1.13.4: kill-room-node',
      '  containers with swarm.drill=staging on unix:///var/run/docker.sock',
      '',
    ]);
    const started = { program: './livekit-server', configFiles: ['small.yaml', 'turn.yaml'] };
    const mine = { ...foreign, server: { host: '127.0.0.1:7880', isLab: true, nodes: 3, started } };
    expect(renderDrillText(mine).replaceAll(/\s+/g, ' ')).toContain(
      'lab of 3 nodes, livekit-server 1.13.4+small.yaml+turn.yaml, program ./livekit-server',
    );
    const unknown = { ...foreign, server: null, serverVersion: null };
    expect(renderDrillText(unknown)).toMatch(
      /^✓ PASSED \(exit 0\) {2}containers with swarm\.drill=staging on/,
    );
  });

  it('marks known failures, which count with strict only', () => {
    expect(renderDrillText(splitBrainDrill())).toMatch(/^✗ KNOWN FAILURE \(exit 0\)/);
    expect(renderDrillText(splitBrainDrill(), { strict: true })).toMatch(
      /^✗ KNOWN FAILURE \(exit 99\)/,
    );
  });

  it('has a bounded length, whatever the number of rooms and participants', () => {
    const lines = (rooms: number): number =>
      renderDrillText(largeDrill({ rooms })).split('\n').length;
    expect(lines(300)).toBeLessThanOrEqual(lines(75) + 2);
  });

  it('names what is too long by its ends', () => {
    const text = renderDrillText(
      largeDrill({ rooms: 6, name: (room) => `${room}${'x'.repeat(200)}${room}` }),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
