import { describeTarget } from '@livekit-swarm/chaos';
import type { Drill, DrillFault } from '@livekit-swarm/chaos/drill';
import { plural } from '@livekit-swarm/settings';
import { html, type Markup, name, said } from '../../html/markup.ts';
import { formatParams } from '../format-params.ts';

const RECOVERY = {
  none: 'none',
  sdk: 'sdk (resume, then reconnect)',
  app: 'app (resume, reconnect, rejoin)',
} as const;

/** More are told by their number. */
const MOST_FAULTS = 5;

/** The definition of the drill, next to its verdict. */
export const drillDefinition = ({ description, load, faults, recoveryMs }: Drill): Markup =>
  html`<section class="whose" aria-labelledby="drill-title"><h2 id="drill-title">Drill</h2>
${description !== null && html`<p class="asked">${said(description)}</p>`}
<dl><div><dt>Faults</dt>${faults.length === 0 && html`<dd>none</dd>`}${faults.slice(0, MOST_FAULTS).map((fault) => html`<dd class="same">${describeFault(fault)}</dd>`)}${faults.length > MOST_FAULTS && html`<dd>… and ${plural(faults.length - MOST_FAULTS, 'fault')} more</dd>`}</div>
<div><dt>Load</dt><dd>${plural(load.rooms, 'room')} of ${load.participants}, each publishing ${load.publish.join(' and ')}</dd><dd>reconnect policy: ${RECOVERY[load.reconnectPolicy]}</dd></div>
<div><dt>Observation</dt><dd>${seconds(recoveryMs)} after the last rollback</dd></div></dl></section>`;

/** As people write it: `10 s`, `0.5 s`. */
const seconds = (ms: number): string => `${ms / 1_000} s`;

const describeFault = (due: DrillFault): Markup => {
  const { fault, target, atMs, durationMs } = due;
  const told = formatParams(due);
  return html`<b>${fault}</b>${told !== '' && ` (${told})`} of ${name(describeTarget(target))}${atMs > 0 && ` after ${seconds(atMs)}`}${durationMs !== null && ` for ${seconds(durationMs)}`}`;
};
