import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startNameService } from './name-service.ts';

it('a repeated change of the address leaves the time at which the old one closes', async () => {
  const balancer = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => void balancer.close());
  await once(balancer, 'listening');
  const { port: target } = balancer.address() as AddressInfo;
  const url = `ws://127.0.0.1:${target}`;
  await using names = await startNameService({ first: url, second: url }, 1_000);
  const { port, hostname } = new URL(names.url);
  expect(hostname).toBe('localhost');
  const through = async (host: string): Promise<Socket> => {
    const socket = connect({ port: Number(port), host });
    onTestFinished(() => void socket.destroy());
    socket.write('a');
    await once(socket, 'data');
    return socket;
  };

  const moves: string[] = [];
  names.onMove((to) => moves.push(to));
  const old = await through('127.0.0.1');
  await names.control.move('second', 50);
  const closed = once(old, 'close');
  await names.control.move('second', null);
  await closed;
  await expect(through('127.0.0.1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const present = await through('127.0.0.2');
  // The rollback opens the first address again, and closes none.
  await names.control.move('first', null);
  await through('127.0.0.1');
  present.write('b');
  await once(present, 'data');
  expect(moves).toEqual(['127.0.0.2', '127.0.0.1']);
  expect(names.takeArrivals().map(({ address, count }) => [address, count])).toEqual([
    ['127.0.0.1', 1],
    ['127.0.0.2', 1],
    ['127.0.0.1', 1],
  ]);
});

it('each address leads to the load balancer of its site', async () => {
  const siteOf = async (name: string): Promise<string> => {
    const site = createServer((socket) => socket.end(name)).listen(0, '127.0.0.1');
    onTestFinished(() => void site.close());
    await once(site, 'listening');
    return `ws://127.0.0.1:${(site.address() as AddressInfo).port}`;
  };
  const balancers = { first: await siteOf('a'), second: await siteOf('b') };
  await using names = await startNameService(balancers, 1_000);
  const { port } = new URL(names.url);
  const answerAt = async (host: string): Promise<string> => {
    const [answer] = await once(connect({ port: Number(port), host }), 'data');
    return String(answer);
  };
  expect(await answerAt('127.0.0.1')).toBe('a');
  expect(await answerAt('127.0.0.2')).toBe('b');
});
