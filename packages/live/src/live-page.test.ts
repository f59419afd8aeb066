import { request } from 'node:http';
import { createServer } from 'node:net';
import type { RecordLine } from '@livekit-swarm/record';
import type { LiveMessage } from '@livekit-swarm/report/live';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { passedReport } from '@livekit-swarm/testkit/reports';
import { describe, expect, it } from 'vitest';
import { openLivePage } from './live-page.ts';

const LINES: RecordLine[] = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 6_000 }));

const open = async () => {
  const errors: string[] = [];
  const page = await openLivePage({ port: 0, onError: (message) => errors.push(message) });
  return { page, errors, [Symbol.asyncDispose]: () => page.close() };
};

/** Reads messages until one matches. */
const listen = async (url: string) => {
  const { body } = await fetch(`${url}events`);
  if (body === null) throw new Error('no events');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async <Kind extends LiveMessage['kind']>(
    kind: Kind,
    wanted: (message: Extract<LiveMessage, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<LiveMessage, { kind: Kind }>> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the events have ended');
        text += value;
        continue;
      }
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      if (!event.startsWith('data: ')) continue;
      const message = JSON.parse(event.slice(6)) as LiveMessage;
      if (message.kind !== kind) continue;
      const one = message as Extract<LiveMessage, { kind: Kind }>;
      if (wanted(one)) return one;
    }
  };
  return { until, close: () => reader.cancel() };
};

describe('a live page', () => {
  it('shows the seconds of a run as they end, and becomes its report', async () => {
    await using opened = await open();
    const { page } = opened;
    const tap = page.begin({ number: 1, of: 1 });
    const events = await listen(page.url);
    expect(await events.until('full')).toMatchObject({ status: null });
    for (const line of LINES.filter((one) => !('at' in one) || one.at < 4_500)) tap.add(line);
    const { status } = await events.until('full', ({ status: now }) => now !== null);
    expect(status?.participants.connected).toBe(2);
    for (const line of LINES.filter((one) => 'at' in one && one.at >= 4_500)) tap.add(line);
    page.finished(passedReport());
    const done = page.done();
    const { become, reports } = await events.until('reports', (one) => one.become !== null);
    expect(reports).toMatchObject([{ verdict: 'passed', href: 'report/1' }]);
    const report = await (await fetch(`${page.url}${become}`)).text();
    expect(report).toContain('id="verdict"');
    await done;
    await events.close();
    expect((await fetch(page.url)).url).toBe(`${page.url}report/1`);
    expect(opened.errors).toEqual([]);
  });

  it('shows a complete record', async () => {
    await using opened = await open();
    const { page } = opened;
    page.beginRecord().add(LINES.filter(({ type }) => type !== 'end'));
    const events = await listen(page.url);
    const { status, page: data } = await events.until('full');
    expect(data.points).toBeGreaterThan(3);
    expect(status?.thresholds.length).toBeGreaterThan(3);
    page.notice('The record does not grow.', passedReport());
    expect(await events.until('notice')).toMatchObject({ text: 'The record does not grow.' });
    expect((await events.until('reports')).reports).toMatchObject([{ href: 'report/so-far' }]);
    await events.close();
  });

  it('ignores a line that it cannot read: the run does not depend on it', async () => {
    await using opened = await open();
    const tap = opened.page.begin({ number: 1, of: 1 });
    tap.add({ ...LINES[0], scenario: null } as unknown as RecordLine);
    expect(opened.errors).toHaveLength(1);
  });

  it('has a new address each time, which cannot be guessed', async () => {
    await using one = await open();
    await using two = await open();
    const tokens = [one.page.url, two.page.url].map((url) => new URL(url).pathname);
    expect(tokens[0]).toMatch(/^\/[\w-]{22}\/$/);
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(new URL(one.page.url).hostname).toBe('127.0.0.1');
  });

  it('is closed to foreign pages whose name resolves to this host', async () => {
    await using opened = await open();
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    request(opened.page.url, { headers: { host: 'evil.example.com' } }, ({ statusCode }) =>
      resolve(statusCode),
    ).end();
    expect(await promise).toBe(403);
  });

  it('names the port that is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const bound = taken.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await expect(openLivePage({ port, onError: () => {} })).rejects.toMatchObject({
      code: 'usage',
      message: `cannot serve the live page on port ${port}: it is in use`,
    });
    taken.close();
  });
});
