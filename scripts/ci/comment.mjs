// Step of action.yml with `comment: true`: writes the summary as a comment on the pull request. A
// later run of the same job replaces it; of a matrix, each combination has a comment. A comment that
// cannot be written is a warning: the verdict is that of the run.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** GitHub accepts no longer comment. */
const LONGEST = 65_536;
const PAGE = 100;

/** @param {string} name */
const variable = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/**
 * @param {string} path
 * @param {RequestInit} [request]
 */
const api = async (path, request = {}) => {
  const response = await fetch(
    `${variable('GITHUB_API_URL')}/repos/${variable('GITHUB_REPOSITORY')}${path}`,
    {
      ...request,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${variable('TOKEN')}`,
        'content-type': 'application/json',
        'x-github-api-version': '2022-11-28',
      },
      signal: AbortSignal.timeout(30_000),
    },
  );
  if (response.ok) return await response.json();
  const hint = response.status === 403 ? ': the job needs "permissions: pull-requests: write"' : '';
  throw new Error(`GitHub answers ${response.status}${hint}`);
};

/**
 * The comment that an earlier run of this job wrote; undefined: there is none.
 * @param {string} pullRequest
 * @param {string} mark
 * @returns {Promise<{ id: number } | undefined>}
 */
const earlier = async (pullRequest, mark) => {
  for (let page = 1; ; page++) {
    const comments = /** @type {{ id: number, body?: string }[]} */ (
      await api(`/issues/${pullRequest}/comments?per_page=${PAGE}&page=${page}`)
    );
    const found = comments.find(({ body = '' }) => body.startsWith(mark));
    if (found !== undefined || comments.length < PAGE) return found;
  }
};

/**
 * The values of the job's matrix; empty: it has none.
 * @returns {Record<string, unknown>}
 */
const matrixOf = () => JSON.parse(process.env.MATRIX || 'null') ?? {};

/**
 * Text of a value in a code span, which a back-tick would end.
 * @param {unknown} value
 */
const textOf = (value) =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/[`\s]+/g, ' ');

try {
  const matrix = matrixOf();
  const values = Object.entries(matrix).map(([name, value]) => `${name}: ${textOf(value)}`);
  // The hash alone: names and values may hold whatever ends an HTML comment.
  const combination =
    values.length === 0
      ? []
      : [createHash('sha256').update(JSON.stringify(matrix)).digest('hex').slice(0, 16)];
  const pullRequest = variable('PULL_REQUEST');
  const job = [variable('GITHUB_WORKFLOW'), variable('GITHUB_JOB')].map(encodeURIComponent);
  const mark = `<!-- livekit-swarm: ${[...job, ...combination].join(' ')} -->\n`;
  const summary = readFileSync(variable('SUMMARY'), 'utf8');
  const heading = values.length === 0 ? '' : `\`${values.join(', ')}\`\n\n`;
  const body = JSON.stringify({ body: `${mark}${heading}${summary}`.slice(0, LONGEST) });
  const before = await earlier(pullRequest, mark);
  await (before === undefined
    ? api(`/issues/${pullRequest}/comments`, { method: 'POST', body })
    : api(`/issues/comments/${before.id}`, { method: 'PATCH', body }));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  process.stdout.write(`::warning::livekit-swarm cannot comment on the pull request: ${why}\n`);
}
