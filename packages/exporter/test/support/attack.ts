import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { bodyOf, KEY, LISTENING, tokenFor, WATCHING } from './clients/reporter.ts';

/** Size of the attack. */
export interface Attack {
  clients: number;
  /** Number of reports of each client. */
  reports: number;
  rooms: number;
  garbage: number;
  /** Number of connections that never complete their request. */
  slow: number;
  maxSessions: number;
}

/** State of the exporter after a step. */
export interface Figures {
  step: string;
  requests: number;
  /** Number of responses by status. */
  answers: Record<string, number>;
  perSecond: number;
  /** Number of series on /metrics without those of Node.js, which grow with each kind of garbage collection. */
  series: number;
  residentBytes: number;
  /** Size of the heap after garbage collection, bytes. */
  retainedBytes: number;
  /** Number of reports by result, since the start. */
  results: Record<string, number>;
  sessions: number;
  scrapeMs: number;
}

const SCRAPE_TOKEN = 'the-token-of-the-exporter';
const AT_ONCE = 64;
/** Maximum size of the heap, MB; the process ends when it is exceeded. */
export const HEAP_MB = 192;

interface Post {
  body: string;
  address: string;
  token?: string;
}

/**
 * Attack an exporter in a separate process over HTTP, step by step. Each client has its own
 * address.
 */
export const attack = async (
  size: Attack,
  tell: (figures: Figures) => void = () => {},
): Promise<Figures[]> => {
  const options = {
    token: SCRAPE_TOKEN,
    key: KEY,
    trustedProxies: 1,
    maxSessions: size.maxSessions,
    rooms: ['town-hall'],
  };
  const child = fork(join(import.meta.dirname, 'attacked-exporter.ts'), [JSON.stringify(options)], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`, '--expose-gc'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  try {
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    const steps: Figures[] = [];
    const retained = async (): Promise<{ retainedBytes: number }> => {
      const answer = once(child, 'message');
      child.send('memory');
      const [memory] = (await answer) as [{ retainedBytes: number }];
      return memory;
    };
    /**
     * Send one round after the other: a beacon sends a report only after the response to the
     * previous one.
     */
    const step = async (name: string, ...rounds: AsyncGenerator<Post>[]): Promise<void> => {
      const began = performance.now();
      const answers: Record<string, number> = {};
      for (const posts of rounds) await postAll(agent, `${url}/beacon`, posts, answers);
      const requests = Object.values(answers).reduce((sum, count) => sum + count, 0);
      const perSecond = requests / ((performance.now() - began) / 1_000);
      const figures = {
        step: name,
        requests,
        answers,
        perSecond,
        ...(await look(url)),
        ...(await retained()),
      };
      steps.push(figures);
      tell(figures);
    };
    await step('idle');
    await step(
      `${size.clients} clients`,
      ...Array.from({ length: size.reports }, (_, seq) => clients(size, seq)),
    );
    await step(`${size.rooms} rooms of two`, rooms(size));
    const slow = await beginAndWait(url, size.slow);
    await step(`garbage, beside ${size.slow} that never finish`, garbage(size));
    for (const socket of slow) socket.destroy();
    await step('more participants than maxSessions', excessParticipants(size));
    return steps;
  } finally {
    agent.destroy();
    child.disconnect();
  }
};

/** Address of a client, in a separate network. */
const addressOf = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

async function* clients({ clients: many }: Attack, seq: number): AsyncGenerator<Post> {
  const down = [LISTENING, LISTENING, LISTENING, WATCHING, WATCHING, WATCHING];
  const streams = [
    ...down,
    { ...WATCHING, direction: 'up' as const },
    { ...LISTENING, direction: 'up' as const },
  ];
  const body = JSON.stringify(bodyOf({ seq, streams }));
  for (let n = 0; n < many; n++) {
    yield {
      body,
      token: await tokenFor(n < 10 ? 'town-hall' : `hall-${n % 20}`, `c-${n}`),
      address: addressOf(n),
    };
  }
}

async function* rooms({ rooms: many }: Attack): AsyncGenerator<Post> {
  const body = JSON.stringify(bodyOf());
  for (let n = 0; n < 2 * many; n++)
    yield { body, token: await tokenFor(`room-${n >> 1}`, `r-${n}`), address: addressOf(n) };
}

/** Create malformed requests, half of them with a valid token. */
async function* garbage({ garbage: many }: Attack): AsyncGenerator<Post> {
  const token = await tokenFor('garbage', 'eve');
  const good = bodyOf();
  const kinds: ((n: number) => Omit<Post, 'address'>)[] = [
    (n) => ({ body: 'x'.repeat(n % 5_000) }),
    (n) => ({ body: JSON.stringify(good), token: `${token.slice(0, -5)}${n}` }),
    () => ({ body: `"${'x'.repeat(200_000)}"`, token }),
    () => ({ body: '['.repeat(60_000), token }),
    (n) => ({
      body: JSON.stringify({
        ...good,
        sdk: { name: `sdk-${n}` },
        browser: { name: `browser-${n}`, version: `${n}` },
      }),
      token,
    }),
    (n) => ({ body: JSON.stringify({ ...good, session: `session-${n}` }), token }),
    (n) => ({
      body: JSON.stringify(
        bodyOf({ seq: n, ms: 1e300, streams: [{ ...LISTENING, packets: 1e300, jitter: 1e300 }] }),
      ),
      token,
    }),
    (n) => ({ body: JSON.stringify(bodyOf({ seq: n })).replace('500', '-1e999'), token }),
  ];
  for (let n = 0; n < many; n++)
    yield { ...(kinds[n % kinds.length] ?? (() => ({ body: '' })))(n), address: addressOf(n) };
}

async function* excessParticipants({ maxSessions }: Attack): AsyncGenerator<Post> {
  const body = JSON.stringify(bodyOf());
  for (let n = 0; n < maxSessions + 1_000; n++) {
    yield { body, token: await tokenFor(`excess-${n}`, 'participant'), address: addressOf(n) };
  }
}

const postAll = async (
  agent: Agent,
  url: string,
  posts: AsyncGenerator<Post>,
  answers: Record<string, number>,
): Promise<void> => {
  const work = async (): Promise<void> => {
    // Several consumers share the generator; `for await` would close it for the others.
    for (let next = await posts.next(); next.done !== true; next = await posts.next()) {
      const status = await post(agent, url, next.value);
      answers[status] = (answers[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

/**
 * Send a request.
 * @returns the status, or the error code: a server may close the connection after the body limit
 */
const post = (agent: Agent, url: string, { body, address, token }: Post): Promise<string> =>
  new Promise((resolve) => {
    const headers = {
      'x-forwarded-for': address,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const asked = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    asked.on('response', (response) => {
      response.resume();
      response.on('close', () => resolve(String(response.statusCode)));
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    asked.end(body);
  });

const beginAndWait = (url: string, many: number) =>
  Promise.all(
    Array.from({ length: many }, async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write('POST /beacon HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
      return socket;
    }),
  );

const look = async (
  url: string,
): Promise<Pick<Figures, 'series' | 'residentBytes' | 'results' | 'sessions' | 'scrapeMs'>> => {
  if ((await fetch(`${url}/metrics`)).status !== 401)
    throw new Error('/metrics was served without its token');
  if ((await fetch(`${url}/-/healthy`)).status !== 200)
    throw new Error('the exporter is not healthy');
  const began = performance.now();
  const response = await fetch(`${url}/metrics`, {
    headers: { authorization: `Bearer ${SCRAPE_TOKEN}` },
  });
  const lines = (await response.text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const scrapeMs = performance.now() - began;
  const figureOf = (line: string) => Number(line.split(' ').at(-1));
  const sum = (name: string) =>
    lines
      .filter((line) => line.startsWith(name))
      .reduce((total, line) => total + figureOf(line), 0);
  const results = lines.flatMap((line) => {
    const result = /^livekit_swarm_client_reports_total\{result="(\w+)"\}/.exec(line)?.[1];
    return result === undefined || figureOf(line) === 0 ? [] : [[result, figureOf(line)] as const];
  });
  return {
    series: lines.filter((line) => !line.startsWith('nodejs_')).length,
    residentBytes: sum('process_resident_memory_bytes'),
    results: Object.fromEntries(results),
    sessions: sum('livekit_swarm_client_sessions{'),
    scrapeMs,
  };
};
