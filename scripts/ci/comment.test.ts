import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('comment.mjs', import.meta.url));

interface Comment {
  id: number;
  body: string;
}

/** The part of GitHub's API for comments on pull request 7, on loopback. */
const startGitHub = async (comments: Comment[]) => {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://github');
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.headers.authorization !== 'Bearer writes') return answer(403, {});
    const all = pathname === '/repos/o/r/issues/7/comments';
    if (request.method === 'GET' && all) {
      const from = (Number(searchParams.get('page')) - 1) * 100;
      return answer(200, comments.slice(from, from + 100));
    }
    const { body } = JSON.parse(await text(request)) as { body: string };
    if (request.method === 'POST' && all) {
      comments.push({ id: comments.length, body });
      return answer(201, {});
    }
    const id = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(pathname)?.[1];
    const found = comments.find((comment) => String(comment.id) === id);
    if (request.method !== 'PATCH' || found === undefined) return answer(404, {});
    found.body = body;
    return answer(200, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
};

const comment = async (
  url: string,
  summary: string,
  env: Record<string, string> = {},
): Promise<string> => {
  const file = join(mkdtempSync(join(tmpdir(), 'swarm-comment-')), 'summary.md');
  writeFileSync(file, summary);
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], {
    env: {
      ...{ GITHUB_API_URL: url, GITHUB_REPOSITORY: 'o/r', TOKEN: 'writes', PULL_REQUEST: '7' },
      ...{ GITHUB_WORKFLOW: 'quality gate', GITHUB_JOB: 'gate', SUMMARY: file, ...env },
    },
  });
  return stdout;
};

/** Comments of others, more than one page of them. */
const others = (): Comment[] =>
  Array.from({ length: 150 }, (_, id) => ({ id, body: `comment ${id}` }));

it('writes one comment for each job, and replaces it later', async () => {
  const comments = others();
  await using github = await startGitHub(comments);
  await comment(github.url, '## ✗ calls: failed');
  await comment(github.url, '## ✓ other', { GITHUB_JOB: 'other' });
  expect(await comment(github.url, '## ✓ calls: passed')).toBe('');
  expect(comments.slice(150).map(({ body }) => body)).toEqual([
    '<!-- livekit-swarm: quality%20gate gate -->\n## ✓ calls: passed',
    '<!-- livekit-swarm: quality%20gate other -->\n## ✓ other',
  ]);
  expect(comments.slice(0, 150)).toEqual(others());
});

it('writes a comment for each combination of a matrix, and names it', async () => {
  const comments: Comment[] = [];
  await using github = await startGitHub(comments);
  const small = { MATRIX: '{"server":"1.13.4","scale":"small"}' };
  const large = { MATRIX: '{"server":"1.13.4","scale":"large"}' };
  await comment(github.url, '## ✓ plain', { MATRIX: 'null' });
  await comment(github.url, '## ✗ small', small);
  await comment(github.url, '## ✓ large', large);
  await comment(github.url, '## ✓ small', small);
  expect(comments.map(({ body }) => body.split('\n').slice(1))).toEqual([
    ['## ✓ plain'],
    ['`server: 1.13.4, scale: small`', '', '## ✓ small'],
    ['`server: 1.13.4, scale: large`', '', '## ✓ large'],
  ]);
  expect(comments[0]?.body).toMatch(/^<!-- livekit-swarm: quality%20gate gate -->\n/);
});

it('shows values of a matrix as they are, whatever they hold', async () => {
  const comments: Comment[] = [];
  await using github = await startGitHub(comments);
  const MATRIX = JSON.stringify({ flags: '`--> <b>', load: { rooms: 2 } });
  await comment(github.url, '## ✓', { MATRIX });
  expect(comments[0]?.body).toMatch(
    /^<!-- livekit-swarm: quality%20gate gate [0-9a-f]{16} -->\n`flags: +--> <b>, load: \{"rooms":2\}`\n\n## ✓$/,
  );
});

it('never exceeds what GitHub accepts', async () => {
  const comments: Comment[] = [];
  await using github = await startGitHub(comments);
  await comment(github.url, 'x'.repeat(65_536));
  expect(comments[0]?.body).toHaveLength(65_536);
});

it('warns where the token cannot write, and does not fail the job', async () => {
  const comments: Comment[] = [];
  await using github = await startGitHub(comments);
  const said = await comment(github.url, '## ✓', { TOKEN: 'reads' });
  expect(said).toMatch(/^::warning::.*403.*pull-requests: write/);
  expect(said).not.toContain('reads"');
  expect(comments).toEqual([]);
});
