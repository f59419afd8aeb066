import { type LiveStatus, SHOWN_STATES } from '../../live/live-data.ts';
import { required } from '../element.ts';
import { FORMATS, formatCores, formatNumber, formatRoundMs, formatRoundShare } from '../format.ts';
import { byId } from './tables.ts';

const orDash = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value);

/** Writes a text where it differs: the browser then has nothing to lay out again. */
export const write = (id: string, text: string): void => {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
};

export const showTiles = ({ planned, participants, now }: LiveStatus): void => {
  const { reconnecting, disconnected, join_failed: failed } = participants;
  write('tile-connected', formatNumber(participants.connected));
  write('note-connected', `of ${formatNumber(planned)}`);
  write('tile-loss', orDash(now.loss, formatRoundShare));
  write('note-loss', 'received, after recovery');
  write('tile-latency', orDash(now.latencyP95Ms, formatRoundMs));
  write('note-latency', 'one way');
  write('tile-jitter', orDash(now.jitterP95Ms, formatRoundMs));
  write('tile-received', orDash(now.downBits, FORMATS.bits));
  write('note-received', now.upBits === null ? '' : `${FORMATS.bits(now.upBits)} sent`);
  write('tile-interruptions', orDash(now.interruptions, FORMATS.perSecond));
  write('note-interruptions', 'of media, over 500 ms');
  required(byId('tile-server').closest<HTMLElement>('.tile'), '.tile').hidden =
    now.serverCores === null && now.serverBytes === null;
  write('tile-server', orDash(now.serverCores, formatCores));
  write('note-server', now.serverBytes === null ? '' : FORMATS.bytes(now.serverBytes));
  write('tile-generator', orDash(now.generatorCores, formatCores));
  const lost = reconnecting + disconnected + failed;
  byId('tile-connected').classList.toggle('bad', lost > 0);
};

/** The bar, and the counts under it. */
export const showStates = ({ participants }: LiveStatus): void => {
  const total = SHOWN_STATES.reduce((sum, state) => sum + participants[state], 0);
  const parts = document.querySelectorAll('#state-bar rect');
  let before = 0;
  for (const [index, state] of SHOWN_STATES.entries()) {
    const share = total === 0 ? 0 : (participants[state] / total) * 100;
    parts[index]?.setAttribute('x', `${before}%`);
    parts[index]?.setAttribute('width', `${share}%`);
    before += share;
    write(`state-${state}`, formatNumber(participants[state]));
  }
};
