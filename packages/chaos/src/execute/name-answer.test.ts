import { createSocket } from 'node:dgram';
import { promises } from 'node:dns';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerRequest } from './name-answer.ts';

const KNOWN = { name: 'lk.example', address: '127.0.0.2', ttlSeconds: 7 };
const server = createSocket('udp4');
const resolver = new promises.Resolver({ timeout: 5_000, tries: 2 });

beforeAll(async () => {
  server.on('message', (request, { port, address }) => {
    const answer = answerRequest(request, KNOWN);
    if (answer !== null) server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
});
afterAll(() => new Promise<void>((done) => void server.close(() => done())));

it('gives a resolver the address and its lifetime', async () => {
  expect(await resolver.resolve4('LK.example', { ttl: true })).toEqual([
    { address: '127.0.0.2', ttl: 7 },
  ]);
});

it('reports that the name has no address of another family, and that another name does not exist', async () => {
  await expect(resolver.resolve6('lk.example')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolve4('other.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a header alone', Buffer.alloc(12)],
  [
    'a name without an end',
    Buffer.concat([Buffer.from('0001010000010000000000000', 'hex'), Buffer.alloc(3, 9)]),
  ],
  ['a compressed name', Buffer.from('000101000001000000000000c00c00010001', 'hex')],
  ['two questions', Buffer.from('000101000002000000000000000001000100', 'hex')],
])('gives no answer to %s', (_, request) => {
  expect(answerRequest(request, KNOWN)).toBeNull();
});
