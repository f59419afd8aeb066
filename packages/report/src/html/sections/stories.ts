import { type Episode, type People, type Person, suffered } from '@livekit-swarm/analysis';
import { formatMs, formatNumber, formatShare, plural } from '../../format.ts';
import { preciseClock } from '../clock.ts';
import { html, type Markup, name, said } from '../markup.ts';
import { outcomeOf } from '../outcome.ts';
import { storyStrip } from '../svg/story-strip.ts';

const MOST_STORIES = 12;

/** The lives of the worst, as strips and as lists. */
export const storySection = ({ people }: People, runMs: number): Markup | null => {
  const told = people
    .filter((person) => suffered(person) && person.story.length > 0)
    .slice(0, MOST_STORIES);
  if (told.length === 0) return null;
  return html`<div class="card"><h3>What happened to ${told.length === 1 ? 'the one' : `the ${told.length}`} who had it worst</h3>
<p class="note key"><span class="joining">getting in</span> <span class="in">in</span> <span class="away">cut off</span> <span class="out">gone</span></p>
<div class="stories">${told.map((person) => story(person, runMs))}</div></div>`;
};

const story = (
  person: Person,
  runMs: number,
): Markup => html`<details class="story"><summary><span class="who">${name(person.identity)} <small>${name(person.room)}</small></span>${storyStrip(person, runMs)}<span class="what">${summaryOf(person)}</span></summary>
<ol>${[...person.story].map(
  (episode) =>
    html`<li><time>${preciseClock(episode.at)}</time> <span class="${toneOf(episode)}">${EPISODES[episode.event] ?? episode.event}</span>${
      episode.ms !== null && html` <span class="dim">after ${formatMs(episode.ms)}</span>`
    }${(episode.message ?? episode.reason) !== null && html` <span class="dim">${said(episode.message ?? episode.reason ?? '')}</span>`}</li>`,
)}${
  person.gaps > 0 &&
  html`<li><time></time> ${plural(person.gaps, 'freeze')} in what it received, ${formatMs(person.gapMs)} in all, the longest ${formatMs(person.longestGapMs)}</li>`
}</ol></details>`;

const EPISODES: Partial<Record<Episode['event'], string>> = {
  joined: 'joined',
  join_retry: 'could not get in, tries again',
  join_failed: 'gave up getting in',
  first_media: 'received its first media',
  signal_lost: 'was cut off',
  resumed: 'was back, with the same session',
  reconnected: 'was back, with a new session',
  disconnected: 'was out for good',
  rejoin_retry: 'could not get in again, tries once more',
  rejoined: 'joined anew',
  left: 'left as planned',
};

const toneOf = ({ event }: Episode): string =>
  event === 'join_failed' || event === 'disconnected' || event === 'signal_lost'
    ? 'bad'
    : event === 'join_retry' || event === 'rejoin_retry'
      ? 'unsure'
      : '';

/** What was bad about it, most important first. */
const summaryOf = (person: Person): string => {
  const parts = [
    person.outcome !== 'left' &&
      `${outcomeOf(person)}${person.reason === null ? '' : ` (${said(person.reason)})`}`,
    person.missing > 0 && `${plural(person.missing, 'track')} missing`,
    person.stalled > 0 && `${formatNumber(person.stalled)} stalled`,
    (person.loss ?? 0) > 0 && `${formatShare(person.loss)} lost`,
    person.longestGapMs > 0 && `froze for ${formatMs(person.longestGapMs)}`,
    person.reconnects > 0 &&
      `came back ${person.reconnects === 1 ? 'once' : `${formatNumber(person.reconnects)} times`}`,
  ].filter((part) => part !== false);
  return parts.slice(0, 3).join(', ');
};
