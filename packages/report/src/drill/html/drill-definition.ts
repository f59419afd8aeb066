import { sayAim } from '@livekit-swarm/chaos';
import type { Drill, DrillFault } from '@livekit-swarm/chaos/drill';
import { plural } from '@livekit-swarm/settings';
import { html, type Markup, name, said } from '../../html/markup.ts';
import { sayParams } from '../format-params.ts';

const RECOVERY = {
  none: 'does nothing',
  sdk: 'does what the SDKs do',
  app: 'does what the SDKs do, and joins anew when they give up',
} as const;

/** More are told by their number. */
const MOST_FAULTS = 5;

/** The drill itself, beside its verdict. */
export const whatWasAsked = ({ description, crowd, faults, recoveryMs }: Drill): Markup =>
  html`<section class="whose" aria-labelledby="drill-title"><h2 id="drill-title">The drill</h2>
${description !== null && html`<p class="asked">${said(description)}</p>`}
<dl><div><dt>What is done</dt>${faults.length === 0 && html`<dd>nothing</dd>`}${faults.slice(0, MOST_FAULTS).map((fault) => html`<dd class="same">${sayFault(fault)}</dd>`)}${faults.length > MOST_FAULTS && html`<dd>… and ${plural(faults.length - MOST_FAULTS, 'fault')} more</dd>`}</div>
<div><dt>To whom</dt><dd>${plural(crowd.rooms, 'room')} of ${crowd.participants}, all of them publishing ${crowd.publish.join(' and ')}</dd><dd>who loses the connection ${RECOVERY[crowd.recovery]}</dd></div>
<div><dt>Watched</dt><dd>for ${seconds(recoveryMs)} after it was healed</dd></div></dl></section>`;

/** As people write it: `10 s`, `0.5 s`. */
const seconds = (ms: number): string => `${ms / 1_000} s`;

const sayFault = (due: DrillFault): Markup => {
  const { fault, aim, atMs, durationMs } = due;
  const told = sayParams(due);
  return html`<b>${fault}</b>${told !== '' && ` (${told})`} of ${name(sayAim(aim))}${atMs > 0 && ` after ${seconds(atMs)}`}${durationMs !== null && ` for ${seconds(durationMs)}`}`;
};
