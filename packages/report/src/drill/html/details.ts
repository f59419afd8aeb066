import type { DrillResult, NewcomerResult, RepeatResult } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { formatMs } from '../../format.ts';
import { preciseClock } from '../../html/clock.ts';
import { html, type Markup, name, said } from '../../html/markup.ts';
import {
  capital,
  falseClaims,
  healedWords,
  injectedWords,
  recoverySentence,
  rejoinSentence,
  waysSentence,
} from '../phrases.ts';
import { partLabel } from './part-label.ts';

/** More of a kind than anybody reads. */
const MOST_FAULTS = 20;
const MOST_NAMES = 20;

/** What was done, and what became of people's connections. */
export const faultList = (repeat: RepeatResult, result: DrillResult): Markup => {
  const { faults, skipped, rooms } = repeat.recovery;
  const control = rooms.filter((room) => room.control).length;
  const claims = falseClaims(repeat);
  const rejoined = rejoinSentence(repeat);
  return html`<ul class="done">${faults
    .slice(0, MOST_FAULTS)
    .map(
      (fault) =>
        html`<li><time>${preciseClock(fault.at)}</time> <b>${injectedWords(fault, result)}</b>: ${fault.members.length === 0 ? 'nobody' : fault.members.slice(0, MOST_NAMES).map((member, index) => html`${index > 0 && ', '}${name(member)}`)} <span class="dim">(${said(fault.target)}), ${healedWords(fault.healedAt, repeat, preciseClock)}</span></li>`,
    )}${faults.length > MOST_FAULTS && html`<li class="dim">… and ${faults.length - MOST_FAULTS} more</li>`}${skipped.map(({ fault, message }) => html`<li class="unsure">${fault} was skipped: ${said(message)}</li>`)}
${rooms.length > 0 && html`<li>${capital(recoverySentence(repeat.recovery))}.</li><li>${faults.length > 0 && `${plural(rooms.length - control, 'room')} hit, ${control} control. `}Of the participants ${waysSentence(repeat)}.</li>`}
${rejoined !== null && html`<li>${rejoined}.</li>`}
${claims > 0 && html`<li class="bad">${plural(claims, 'participant')} had been told that they are back, and did not hear everybody.</li>`}</ul>`;
};

/** Most rows that anybody reads; those that failed or were blind come first. */
const MOST_NEWCOMERS = 60;

/** Who tried to come meanwhile, and whom they found. */
export const newcomerTable = (
  { recovery: { newcomers }, number }: RepeatResult,
  of: number,
): Markup | null => {
  if (newcomers.length === 0) return null;
  const sorted = newcomers.toSorted(
    (a, b) => Number(isFine(a)) - Number(isFine(b)) || a.atMs - b.atMs,
  );
  return html`<details class="more"><summary>Newcomers: ${newcomers.filter(({ failure }) => failure === null).length} of ${newcomers.length} got in, ${newcomers.filter(isFine).length} found everybody</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${partLabel('Newcomers', { number }, of)}"><table><thead><tr><th scope="col">Came</th><th scope="col">During</th><th scope="col">Room</th><th scope="col" class="n">Joined in</th><th scope="col" class="n">Was told of</th><th scope="col" class="n">Heard</th></tr></thead><tbody>${sorted
    .slice(0, MOST_NEWCOMERS)
    .map(
      newcomerRow,
    )}</tbody></table></div>${sorted.length > MOST_NEWCOMERS && html`<p class="note">… and ${sorted.length - MOST_NEWCOMERS} more.</p>`}</details>`;
};

/** How many are left out. */
const more = (all: number): string | false => all > MOST_NAMES && `… and ${all - MOST_NAMES} more`;

const isFine = ({ failure, sees, present, hears, speaking }: NewcomerResult): boolean =>
  failure === null && sees >= present && hears >= speaking;

const newcomerRow = (newcomer: NewcomerResult): Markup => {
  const { atMs, window, room, newRoom, joinMs, failure, sees, present, hears, speaking } = newcomer;
  return html`<tr class="${isFine(newcomer) ? '' : 'bad'}"><td>${preciseClock(atMs)}</td><td>${window}</td><td>${name(room)}${newRoom && html` <span class="dim">new</span>`}</td><td class="n">${failure === null ? formatMs(joinMs) : said(failure)}</td><td class="n">${sees} of ${present}</td><td class="n">${hears} of ${speaking}</td></tr>`;
};

/** What no participant sees. */
export const clusterPart = ({
  recovery: { ghosts: known, rooms },
}: RepeatResult): Markup | null => {
  const ghosts = known ?? [];
  const wrong = rooms.filter(({ registryAgrees }) => registryAgrees === false);
  if (ghosts.length === 0 && wrong.length === 0) return null;
  return html`<h3>Redis and reality</h3><ul class="done">${
    wrong.length > 0 &&
    html`<li class="bad">Redis names another node than people are on: ${wrong.slice(0, MOST_NAMES).map(({ room }) => html`${name(room)} `)}${more(wrong.length)}</li>`
  }${ghosts.length > 0 && html`<li>Ghosts at the end (listed, and served by nobody): ${ghosts.slice(0, MOST_NAMES).map((ghost) => html`${name(ghost)} `)}${more(ghosts.length)}</li>`}</ul>`;
};
