import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '@livekit-swarm/sessions';
import { SwarmError } from '@livekit-swarm/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../test/support/run-program.ts';

const session = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(['session', ...args], env, (error) => error instanceof SwarmError);

let dir = '';
let file = '';

/** Three participants for a minute; for the second half, anna misses packets of both others. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-session-'));
  file = join(dir, 'sessions.db');
  const journal = openJournal(file);
  const identities = ['anna', 'ben', 'evil\u001b[31m'];
  const start = Math.floor(Date.now() / 10_000) * 10_000 - 120_000;
  const insert = journal.prepare(
    `INSERT INTO sessions (id, sid, room, identity, node, path, joined_ms, seen_ms) VALUES (?, ?, 'hall', ?, 'ND_1', 'udp', ?, ?)`,
  );
  const report = journal.prepare(
    'INSERT INTO intervals (session, from_ms, to_ms, streams) VALUES (?, ?, ?, ?)',
  );
  for (const [id, identity] of identities.entries()) {
    insert.run(id, `PA_${id}`, identity, start, start + 60_000);
    for (let at = start; at < start + 60_000; at += 10_000) {
      const lost = id === 0 && at >= start + 30_000 ? 40 : 0;
      const received = [0, 1, 2]
        .filter((other) => other !== id)
        .map((other) => ['down', 'audio', `PA_${other}`, 10_000, 500 - lost, lost]);
      const streams = [['up', 'audio', null, 10_000, 500, 0], ...received];
      report.run(id, at, at + 10_000, JSON.stringify(streams));
    }
  }
  journal
    .prepare(`INSERT INTO events (session, room, at_ms, code) VALUES (0, 'hall', ?, 'joined')`)
    .run(start);
  journal.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('swarm session --file', () => {
  it('prints the impaired leg with its evidence, a timeline and events, in 100 columns', async () => {
    const { stdout, error } = await session(['hall', '--file', file]);
    expect(error).toBe('');
    expect(stdout).toContain("  receiver's downlink: anna, 8.0 % of packets lost\n");
    expect(stdout).toContain('    - packets of 2 of 2 senders were lost\n');
    expect(stdout).toMatch(/confidence high\n/);
    expect(stdout).toMatch(/^anna +sent {6}·+\n +received {2}·+█+\n/m);
    expect(stdout).toMatch(/ {2}\d\d:\d\d:\d\d {2}anna: joined\n/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(stdout).not.toContain('\u001b');
  });

  it('prints one participant, and all of it as JSON', async () => {
    const { stdout } = await session(['hall', 'ben', '--file', file]);
    expect(stdout).toContain('no impaired leg');
    expect(stdout).not.toContain('anna');
    const { stdout: json } = await session(['hall', 'anna', '--file', file, '--json']);
    expect(JSON.parse(json)).toMatchObject({
      room: 'hall',
      identity: 'anna',
      findings: [{ leg: 'receiver_downlink', confidence: 'high', windows: 3 }],
    });
  });

  it.each([
    [['hall', 'carla'], 'there is no session of carla in room hall in that time'],
    [['other'], 'there is no session of room other in that time'],
    [['hall', '--until', '23h'], 'there is no session of room hall in that time'],
    [['hall', '--since', 'monday'], 'monday'],
    [[], 'no room is named'],
    [['hall', '--delete-identity', 'anna'], 'leave the room out'],
  ])('explains %j', async (args, message) => {
    expect((await session([...args, '--file', file])).error).toContain(message);
  });

  it('deletes a participant, and never creates a file', async () => {
    expect(await session(['--delete-identity', 'ben', '--file', file])).toEqual({
      stdout: '1 session deleted\n',
      error: '',
    });
    expect((await session(['hall', 'ben', '--file', file])).error).toContain('no session of ben');
    const missing = join(dir, 'missing.db');
    for (const args of [['--delete-identity', 'ben'], ['hall']])
      expect((await session([...args, '--file', missing])).error).toContain(
        'there is no such session journal',
      );
    expect(existsSync(missing)).toBe(false);
  });
});

describe('swarm session --exporter', () => {
  const serve = async (answer: RequestListener): Promise<AsyncDisposable & { url: string }> => {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        server.close();
      },
    };
  };

  it('sends the token in a header, and names in the URL encoded', async () => {
    const requests: string[] = [];
    await using exporter = await serve(({ method, url, headers }, response) => {
      requests.push(`${method} ${url} ${headers.authorization}`);
      response.setHeader('content-type', 'application/json');
      response.end('{"deletedSessions":2}');
    });
    const { stdout } = await session(
      ['--delete-identity', 'anna/../x', '--exporter', exporter.url],
      { SWARM_EXPORTER_TOKEN: 'secret' },
    );
    expect(stdout).toBe('2 sessions deleted\n');
    expect(requests).toEqual(['DELETE /sessions/api/identities/anna%2F..%2Fx Bearer secret']);
  });

  it.each([
    [401, '', 'requires another token'],
    [404, 'there is no such path', 'does its configuration have a section sessions?'],
    [404, '{"code":"no_session"}', 'there is no session of room hall in that time'],
    [400, 'since is wrong', 'answered 400: since is wrong'],
  ])('explains an answer of %i %s', async (status, text, message) => {
    await using exporter = await serve((_, response) => response.writeHead(status).end(text));
    expect((await session(['hall', '--exporter', exporter.url])).error).toContain(message);
  });

  it('explains an exporter that does not answer, and an address that is none', async () => {
    const { url } = await (async () => {
      await using gone = await serve(() => {});
      return gone;
    })();
    expect((await session(['hall', '--exporter', url])).error).toContain('does not answer');
    expect((await session(['hall', '--exporter', 'exporter'])).error).toContain('is not a URL');
  });
});
