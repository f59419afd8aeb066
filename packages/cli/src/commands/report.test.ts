import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../test/support/run-program.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-report-participant-'));
beforeAll(() => {
  const lines = recordOf(specOf({ rooms: 2, participants: 2, durationMs: 5_000 }));
  writeFileSync(
    join(dir, 'record.ndjson'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

const show = (...flags: string[]) => runProgram(['report', dir, ...flags]);

describe('swarm report --participant', () => {
  it('prints one participant with its connection, tracks, events and room', async () => {
    const { stdout } = await show('--participant', 'k3x9-2-p1');
    expect(stdout).toMatch(/^No impairment\nk3x9-2-p1, \w+ in room swarm-k3x9-2 of /);
    expect(stdout).toMatch(/\nCONNECTION\n[\s\S]*\nSESSION\n[\s\S]*\nTRACKS\n[\s\S]*\nEVENTS\n/);
    expect(stdout).toContain('OTHERS IN THE ROOM');
    expect(stdout).toMatch(/ {2}k3x9-2-p2 +\w+ +left/);
    expect(stdout).not.toContain('k3x9-1-p1');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });

  it('is JSON, and a page in the folder of the record', async () => {
    const { stdout } = await show('--participant', 'k3x9-2-p1', '--json', '--report', 'html');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'livekit-swarm/participant/1',
      participant: { identity: 'k3x9-2-p1', detail: { trackCount: expect.any(Number) } },
      others: [{ identity: 'k3x9-2-p2' }],
    });
    expect(readFileSync(join(dir, 'participant.html'), 'utf8')).toContain('k3x9-2-p1');
  });

  it('refuses what is about the whole run, and names that are not there', async () => {
    const of = ['--participant', 'k3x9-2-p1'];
    expect((await show(...of, '--serve')).error).toContain('--serve: shows the whole run');
    expect((await show(...of, '--threshold', 'join_time: p(95)<1')).error).toContain(
      'leave out --participant',
    );
    expect((await show(...of, '--report', 'junit')).error).toContain('junit');
    expect((await show('--participant', 'k3x9-2-p9')).error).toMatch(
      /no participant "k3x9-2-p9"[\s\S]*its participants are k3x9-1-p1/,
    );
  });
});
