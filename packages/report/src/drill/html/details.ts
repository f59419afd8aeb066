import { describeTarget, type JoinProbeResult, type RepeatResult } from '@livekit-swarm/chaos';
import { capital, plural } from '@livekit-swarm/settings';
import { formatMs, preciseClock } from '../../format.ts';
import { html, type Markup, name, percent, untrusted } from '../../html/markup.ts';
import {
  describeFalseReconnects,
  describeInjection,
  describeRecovery,
  describeRecoveryMethods,
  describeRejoins,
  describeResumedWithoutMedia,
  describeRollback,
  describeViolation,
  falseReconnects,
  recoveryMethods,
} from '../phrases.ts';
import { partLabel } from './tables.ts';

/** Most entries of a list. */
const MAX_FAULTS = 20;
const MAX_NAMES = 20;

/** Participants by how their connections recovered, as shares of a bar; null: there are none. */
const recoveryBar = (repeat: RepeatResult): Markup | null => {
  const methods = recoveryMethods(repeat);
  const all = methods.reduce((sum, { count }) => sum + count, 0);
  if (methods.length < 2) return null;
  let before = 0;
  return html`<svg class="recovered-by" aria-hidden="true">${methods.map(
    ({ method, count, text }) => {
      const x = percent(before, all);
      before += count;
      return html`<rect class="method-${method}" x="${x}" width="${percent(count, all)}" height="100%"><title>${count} ${text}</title></rect>`;
    },
  )}</svg>`;
};

/** Injected faults, and how connections recovered. */
export const faultList = (repeat: RepeatResult): Markup => {
  const { faults, skipped, rooms } = repeat.recovery;
  const control = rooms.filter((room) => room.controlGroup).length;
  const claims = falseReconnects(repeat);
  const resumed = describeResumedWithoutMedia(repeat);
  const rejoined = describeRejoins(repeat);
  return html`<ul class="done">${faults
    .slice(0, MAX_FAULTS)
    .map(
      (fault) =>
        html`<li><time>${preciseClock(fault.injectedAt)}</time> <b>${describeInjection(fault)}</b>: ${fault.components.length === 0 ? 'no component' : fault.components.slice(0, MAX_NAMES).map((member, index) => html`${index > 0 && ', '}${name(member)}`)} <span class="dim">(${untrusted(describeTarget(fault.target))}), ${describeRollback(fault.rolledBackAt, repeat, preciseClock)}</span></li>`,
    )}${faults.length > MAX_FAULTS && html`<li class="dim">… and ${faults.length - MAX_FAULTS} more</li>`}${skipped.map(({ fault, detail }) => html`<li class="unsure">fault skipped: ${fault} (${untrusted(detail)})</li>`)}
${rooms.length > 0 && html`<li>${capital(describeRecovery(repeat.recovery))}.</li><li>${faults.length > 0 && `${plural(rooms.length - control, 'room')} affected, ${control} in the control group. `}Participants: ${describeRecoveryMethods(repeat)}.${recoveryBar(repeat)}</li>`}
${rejoined !== null && html`<li>${rejoined}.</li>`}
${claims > 0 && html`<li class="bad">${describeFalseReconnects(claims)}.</li>`}${resumed !== null && html`<li class="bad">${resumed}.</li>`}</ul>`;
};

/** Most rows; join probes that failed or received incomplete media come first. */
const MAX_PROBES = 60;

/** Join probes: whether they joined, and what they received. */
export const joinProbeTable = (
  { recovery: { joinProbes }, number }: RepeatResult,
  of: number,
): Markup | null => {
  if (joinProbes.length === 0) return null;
  const sorted = joinProbes.toSorted(
    (a, b) => Number(isFine(a)) - Number(isFine(b)) || a.scheduledAtMs - b.scheduledAtMs,
  );
  return html`<details class="more"><summary>Join probes: ${joinProbes.filter(({ failure }) => failure === null).length} of ${joinProbes.length} connected, ${joinProbes.filter(isFine).length} with complete media</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${partLabel('Join probes', { number }, of)}"><table><thead><tr><th scope="col">Time</th><th scope="col">Window</th><th scope="col">Room</th><th scope="col" class="n">Join time</th><th scope="col" class="n">Participants seen</th><th scope="col" class="n">Receiving from</th></tr></thead><tbody>${sorted
    .slice(0, MAX_PROBES)
    .map(
      newcomerRow,
    )}</tbody></table></div>${sorted.length > MAX_PROBES && html`<p class="note">… and ${sorted.length - MAX_PROBES} more.</p>`}</details>`;
};

/** The number of omitted names. */
const more = (all: number): string | false => all > MAX_NAMES && `… and ${all - MAX_NAMES} more`;

const isFine = ({
  failure,
  remoteParticipants,
  expectedParticipants,
  receivingFrom,
  publishing,
}: JoinProbeResult): boolean =>
  failure === null && remoteParticipants >= expectedParticipants && receivingFrom >= publishing;

const newcomerRow = (newcomer: JoinProbeResult): Markup => {
  const {
    scheduledAtMs,
    window,
    room,
    newRoom,
    joinTimeMs,
    failure,
    remoteParticipants,
    expectedParticipants,
    receivingFrom,
    publishing,
  } = newcomer;
  return html`<tr class="${isFine(newcomer) ? '' : 'bad'}"><td>${preciseClock(scheduledAtMs)}</td><td>${window}</td><td>${name(room)}${newRoom && html` <span class="dim">new</span>`}</td><td class="n">${failure === null ? formatMs(joinTimeMs) : untrusted(failure)}</td><td class="n">${remoteParticipants} of ${expectedParticipants}</td><td class="n">${receivingFrom} of ${publishing}</td></tr>`;
};

/** Violations of invariants. */
export const violationPart = ({ recovery: { violations } }: RepeatResult): Markup | null =>
  violations.length === 0
    ? null
    : html`<h3>Invariants violated</h3><ul class="done">${violations.slice(0, MAX_NAMES).map((one) => html`<li class="bad">${untrusted(describeViolation(one))}</li>`)}${violations.length > MAX_NAMES && html`<li>… and ${violations.length - MAX_NAMES} more</li>`}</ul>`;

/** Observations of the registry. */
export const clusterPart = ({
  recovery: { ghostRooms: known, rooms },
}: RepeatResult): Markup | null => {
  const ghosts = known ?? [];
  const wrong = rooms.filter(({ registryConsistent }) => registryConsistent === false);
  if (ghosts.length === 0 && wrong.length === 0) return null;
  return html`<h3>Registry (Redis)</h3><ul class="done">${
    wrong.length > 0 &&
    html`<li class="bad">Redis names another node than the participants': ${wrong.slice(0, MAX_NAMES).map(({ room }) => html`${name(room)} `)}${more(wrong.length)}</li>`
  }${ghosts.length > 0 && html`<li>Ghost rooms at the end: ${ghosts.slice(0, MAX_NAMES).map((ghost) => html`${name(ghost)} `)}${more(ghosts.length)}</li>`}</ul>`;
};
