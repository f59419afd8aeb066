import type { LiveFull, LiveMessage, LiveReports, LiveStatus } from '../../live/live-data.ts';
import { type Charts, drawCharts } from '../charts.ts';
import { element } from '../element.ts';
import { formatClock, formatNumber } from '../format.ts';
import { formatMoment, showWallClock } from '../moment.ts';
import { prepareTheme } from '../prepare-theme.ts';
import { showStates, showTiles, write } from './figures.ts';
import { addTick, type RunData, runDataOf } from './run-data.ts';
import { byId, showAffected, showEvents, showThresholds } from './tables.ts';

/** The live page. */
export interface LiveView {
  show(message: LiveMessage): void;
  setConnected(connected: boolean): void;
}

const PHASES: Record<LiveStatus['phase'], string> = {
  joining: 'Joining',
  steady: 'Steady',
  leaving: 'Leaving',
  ended: 'Ended',
};

/** A tab in the background has no frames: its figures change all the same, ms. */
const NO_FRAME_MS = 500;

export const createLiveView = (): LiveView => {
  let facts: LiveFull['facts'] | null = null;
  let run: RunData | null = null;
  let status: LiveStatus | null = null;
  let charts: Charts | null = null;
  let wallClock = false;
  /** Messages are merged at once, and drawn once per frame. */
  let due: 'nothing' | 'update' | 'everything' = 'nothing';

  const draw = (): void => {
    if (due === 'nothing') return;
    if (due === 'everything' && run !== null) {
      charts?.remove();
      for (const { id, series } of run.page.charts)
        byId(`chart-${id}`).hidden = series.length === 0;
      for (const group of document.querySelectorAll<HTMLElement>('#time .group'))
        group.hidden = group.querySelector('figure:not([hidden])') === null;
      charts = drawCharts(run.page, true);
    } else {
      charts?.update();
    }
    due = 'nothing';
    if (run !== null) showEvents(run.marks);
    if (status !== null) showStatus(status);
  };

  const schedule = (what: 'update' | 'everything'): void => {
    if (due === 'nothing') {
      requestAnimationFrame(draw);
      setTimeout(draw, NO_FRAME_MS);
    }
    if (due !== 'everything') due = what;
  };

  const showStatus = (now: LiveStatus): void => {
    const stages = now.stages.length === 0 ? '' : `: ${now.stages.join(', ')}`;
    announcePhase(`${PHASES[now.phase]}${stages}`);
    write('elapsed', `${formatMoment(now.elapsedMs / 1_000)} of ${lengthOf(now)}`);
    byId('progress').setAttribute(
      'value',
      String(now.totalMs > 0 ? Math.min(1, now.elapsedMs / now.totalMs) : 0),
    );
    showTiles(now);
    showStates(now);
    showThresholds(now.thresholds, now.thresholdCount);
    showAffected(now.affected);
    showNotices(now.notices);
  };

  const showNotices = (notices: readonly string[]): void => {
    const list = byId('notices');
    const texts = [...list.children].map(({ textContent }) => textContent);
    if (texts.join('\n') === notices.join('\n')) return;
    list.replaceChildren(...notices.map((text) => element('li', {}, text)));
  };

  /** With wall-clock time, when the run will end. */
  const lengthOf = ({ totalMs }: LiveStatus): string =>
    wallClock ? formatMoment(totalMs / 1_000) : formatClock(totalMs / 1_000);

  const announcePhase = (phase: string): void => {
    if (byId('phase').textContent === phase) return;
    write('phase', phase);
    write('announcement', phase);
  };

  const showFacts = (about: LiveFull['facts']): void => {
    facts = about;
    write('scenario', about.scenario === '' ? 'livekit-swarm' : about.scenario);
    write(
      'which',
      about.of > 1 ? `run ${formatNumber(about.number)} of ${formatNumber(about.of)}` : '',
    );
    byId('load').replaceChildren(...about.load.map((group) => element('li', {}, group)));
    write('where', about.deployment ?? '');
    write('run', about.run === '' ? '' : `· run ${about.run}`);
    document.title = `● ${about.scenario === '' ? 'livekit-swarm' : about.scenario}: live`;
    useClock();
  };

  const useClock = (): void => showWallClock(wallClock ? (facts?.startedAtMs ?? null) : null);

  const showReports = ({ reports }: LiveReports): void =>
    byId('reports').replaceChildren(
      ...reports.map(({ name, verdict, href }) =>
        element('li', {}, element('a', { href }, `Report of ${name}`), `: ${verdict}`),
      ),
    );

  const clock = byId('clock');
  clock.addEventListener('click', () => {
    wallClock = !wallClock;
    clock.setAttribute('aria-pressed', String(wallClock));
    useClock();
    schedule('update');
  });
  prepareTheme(() => charts?.redraw());

  return {
    show: (message) => {
      switch (message.kind) {
        case 'full':
          run = runDataOf(message);
          status = message.status;
          showFacts(message.facts);
          byId('step').hidden = message.stepNote === '';
          write('step', message.stepNote);
          schedule('everything');
          break;
        case 'tick':
          if (run === null) break;
          addTick(run, message);
          status = message.status;
          schedule('update');
          break;
        case 'reports':
          showReports(message);
          break;
        case 'notice':
          byId('notice').hidden = message.text === null;
          write('notice', message.text ?? '');
          break;
      }
    },
    setConnected: (connected) => {
      document.querySelector('.pill.live')?.classList.toggle('lost', !connected);
      byId('notice').hidden = connected;
      write(
        'notice',
        connected ? '' : 'The connection to the run is lost; the figures are the last ones known.',
      );
    },
  };
};
