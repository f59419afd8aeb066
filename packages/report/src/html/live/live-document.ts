import { chartSection, stepNote } from '../../run/html/sections/charts.ts';
import { CHART_GROUPS } from '../charts/catalog.ts';
import { documentOf, readAsset } from '../document.ts';
import { html, type Markup } from '../markup.ts';
import { SHOWN_STATES, type ShownState } from './live-data.ts';

const STATE_NAMES: Record<ShownState, string> = {
  connected: 'connected',
  reconnecting: 'reconnecting',
  joining: 'not joined yet',
  disconnected: 'disconnected',
  join_failed: 'join failed',
  left: 'left',
};

/** Tiles, by the figure that the script writes into each. */
const TILES: [id: string, title: string][] = [
  ['connected', 'Connected'],
  ['loss', 'Loss'],
  ['latency', 'Latency p95'],
  ['jitter', 'Jitter p95'],
  ['received', 'Received'],
  ['interruptions', 'Interruptions'],
  ['server', 'Server CPU'],
  ['generator', 'Generator CPU'],
];

let made: string | null = null;

/** The live page, without anything of a run: its script asks the server for that. The same text for every run. */
export const liveDocument = (): string => {
  made ??= documentOf({
    title: 'livekit-swarm: live',
    body: body(),
    data: null,
    sheet: readAsset('style/live.css'),
    script: 'live.js',
  });
  return made;
};

const body = (): Markup => html`<a class="skip" href="#now">Skip to the figures</a>
<header class="masthead"><p class="brand"><span class="pill live" aria-hidden="true">●</span> <b><bdi id="scenario">livekit-swarm</bdi></b> <span class="dim" id="which"></span></p>
<nav aria-label="Parts of the page"><ul><li><a href="#now">Now</a></li><li><a href="#events">Events</a></li><li><a href="#thresholds">Thresholds</a></li><li><a href="#time">Over time</a></li><li><a href="#affected">Participants</a></li></ul></nav>
<button type="button" id="clock" aria-pressed="false">Wall-clock time</button> <button type="button" id="theme" hidden>Theme</button></header>
<main>
<section class="card now" id="now" aria-labelledby="now-title">
<h1 id="now-title"><span id="phase">Waiting for the run</span></h1>
<ul class="load" id="load" aria-label="Load"></ul>
<p class="note" id="where"></p>
<p class="progress"><progress id="progress" max="1" value="0" aria-labelledby="elapsed"></progress> <span id="elapsed" class="figure">–</span></p>
<p id="notice" class="notice" hidden></p>
<ul id="notices" class="note"></ul>
<ul id="reports"></ul>
<noscript><p>This page needs JavaScript.</p></noscript>
</section>
<section class="tiles" aria-label="Key figures">${TILES.map(
  ([id, title]) =>
    html`<div class="tile"><h2>${title}</h2><p class="figure" id="tile-${id}">–</p><p class="note" id="note-${id}"></p></div>`,
)}</section>
<section class="card" id="states" aria-labelledby="states-title"><h2 id="states-title">Participants by state</h2>
<svg id="state-bar" class="state-bar" aria-hidden="true" preserveAspectRatio="none">${SHOWN_STATES.map((state) => html`<rect class="state-${state}" height="100%" width="0"/>`)}</svg>
<dl class="states">${SHOWN_STATES.map((state) => html`<div><dt><i class="key area state-${state}"></i> ${STATE_NAMES[state]}</dt><dd id="state-${state}">–</dd></div>`)}</dl></section>
<section class="card" id="events" aria-labelledby="events-title"><h2 id="events-title">Events and faults</h2>
<p class="note" id="events-none">None so far.</p>
<div class="scroll" tabindex="0" role="region" aria-label="List of events" hidden><ol class="events" id="event-list"></ol></div></section>
<section class="card" id="thresholds" aria-labelledby="thresholds-title"><h2 id="thresholds-title">Thresholds <small id="thresholds-met"></small></h2>
<p class="note" id="thresholds-none">None has been evaluated yet.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table of thresholds" hidden><table class="live-table" id="threshold-table"><thead><tr><th scope="col"><span class="hidden">Now</span></th><th scope="col">Metric</th><th scope="col" class="n">Measured</th><th scope="col" class="n">Limit</th></tr></thead><tbody></tbody></table></div></section>
${chartSection(CHART_GROUPS, stepNote(1_000))}
<section class="card" id="affected" aria-labelledby="affected-title"><h2 id="affected-title">Most affected participants</h2>
<p class="note" id="affected-none">No participant has lost its connection. What each received is known when it leaves.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table of participants" hidden><table class="live-table" id="affected-table"><thead><tr><th scope="col">Participant</th><th scope="col">Room</th><th scope="col">State</th><th scope="col" class="n">Reconnects</th><th scope="col" class="n">Longest interruption</th><th scope="col" class="n">Loss</th><th scope="col" class="n">Latency p95</th></tr></thead><tbody></tbody></table></div></section>
<p id="announcement" class="hidden" role="status" aria-live="polite"></p>
</main>
<footer><p>livekit-swarm <span id="run"></span></p></footer>`;
