import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { html, raw } from 'hono/html';

type Html = ReturnType<typeof html>;

/** Style of all pages, which contain no script and no image, and load nothing. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #5b6878; --line: #d6dce3; --back: #fff; --well: #cfe3d4; --bad: #c62828; --some: #e39b2d; --mark: #eef2f6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9aa7b6; --line: #37424f; --back: #12181f; --well: #264a33; --bad: #ef5350; --some: #d9962f; --mark: #1d2630; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
a { color: inherit; } .soft { color: var(--soft); }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { display: grid; font-size: .85rem; color: var(--soft); }
input, button { font: inherit; color: inherit; background: var(--mark); border: 1px solid var(--line); border-radius: .3rem; padding: .3rem .6rem; max-width: 100%; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; }
.finding { border-left: .35rem solid var(--bad); background: var(--mark); padding: .5rem .8rem; margin: .5rem 0; } .finding.low { border-color: var(--some); }
.finding ul { margin: .2rem 0 0; padding-left: 1.2rem; }
.lane { margin: .6rem 0; } .lane svg { display: block; width: 100%; height: 1.4rem; }
.axis { display: flex; justify-content: space-between; font-size: .85rem; color: var(--soft); }
rect.here { fill: var(--mark); } rect.well { fill: var(--well); } rect.some { fill: var(--some); } rect.bad { fill: var(--bad); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const pageHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header(
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  c.header('referrer-policy', 'no-referrer');
  c.header('x-content-type-options', 'nosniff');
  c.header('cache-control', 'no-store');
};

export const page = (title: string, body: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`;

/** Search form, with the values of the current search. */
export const searchForm = (room: string, identity: string, since: string): Html => html`
<form action="/sessions" method="get">
<label>Room <input name="room" value="${room}"></label>
<label>Identity <input name="identity" value="${identity}"></label>
<label>Since <input name="since" value="${since || '24h'}" size="6"></label>
<button>Show</button>
</form>`;
