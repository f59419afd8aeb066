/** Draws a dashboard as a picture: `draw(picture)`. */
import { createTheme, dateTimeFormat, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import 'uplot/dist/uPlot.min.css';
import type { ComponentType, ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { PanelType } from '../panel-types.ts';
import type { Picture } from '../picture.ts';
import type { DrawingProps, DrawnPanel } from './drawn-panel.tsx';
import { Figures } from './figures.tsx';
import { HeatCells } from './heat-cells.tsx';
import { Lines } from './lines.tsx';
import { Rows } from './rows.tsx';
import { States } from './states.tsx';

const DRAWINGS: Record<PanelType, ComponentType<DrawingProps>> = {
  stat: Figures,
  timeseries: Lines,
  'state-timeline': States,
  heatmap: HeatCells,
  table: Rows,
};

/** Grafana's grid, pixels. */
const CELL = 30;
const GAP = 8;
const COLUMNS = 24;
const MARGIN = 16;
const HEAD = 56;

const Panel = ({
  panel,
  picture,
  theme,
}: {
  panel: DrawnPanel;
  picture: Picture;
  theme: GrafanaTheme2;
}) => {
  const column = (window.innerWidth - 2 * MARGIN + GAP) / COLUMNS;
  const { x, y, w, h } = panel.gridPos;
  const width = w * column - GAP;
  const height = h * (CELL + GAP) - GAP;
  const Drawing = DRAWINGS[panel.type];
  return (
    <div
      className="panel"
      id={`panel-${panel.id}`}
      style={{ left: MARGIN + x * column, top: HEAD + y * (CELL + GAP), width, height }}
    >
      <PanelChrome
        title={panel.title}
        width={width}
        height={height}
        padding={panel.type === 'stat' ? 'none' : 'md'}
      >
        {(innerWidth, innerHeight) => (
          <Drawing {...{ panel, picture, theme }} width={innerWidth} height={innerHeight} />
        )}
      </PanelChrome>
    </div>
  );
};

const Dashboard = ({ picture, theme }: { picture: Picture; theme: GrafanaTheme2 }) => {
  const { dashboard, from, to } = picture;
  const panels = dashboard.panels ?? [];
  const lines = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
  const at = (time: number, format: string): string =>
    dateTimeFormat(time, { timeZone: 'utc', format });
  return (
    <div style={{ height: HEAD + lines * (CELL + GAP) + MARGIN, position: 'relative' }}>
      <header style={{ left: MARGIN, right: MARGIN, height: HEAD }}>
        <strong>{dashboard.title}</strong>
        <span>
          {at(from, 'YYYY-MM-DD HH:mm:ss')} to {at(to, 'HH:mm:ss')} UTC
        </span>
      </header>
      {panels.map((panel) =>
        panel.type === 'row' ? (
          <div
            className="heading"
            key={panel.id}
            style={{
              left: MARGIN,
              top: HEAD + (panel.gridPos?.y ?? 0) * (CELL + GAP),
              lineHeight: `${CELL}px`,
            }}
          >
            {panel.title}
          </div>
        ) : (
          <Panel
            key={panel.id}
            panel={panel as unknown as DrawnPanel}
            picture={picture}
            theme={theme}
          />
        ),
      )}
    </div>
  );
};

const styleOf = ({ colors, typography }: GrafanaTheme2): string => `
  * { box-sizing: border-box; }
  body { margin: 0; background: ${colors.background.canvas}; color: ${colors.text.primary}; font: 14px ${typography.fontFamily}; }
  header { position: absolute; display: flex; align-items: center; justify-content: space-between; }
  header strong { font-size: 20px; font-weight: 500; }
  header span { color: ${colors.text.secondary}; }
  .heading { position: absolute; font-size: 16px; font-weight: 500; }
  .panel { position: absolute; }
  .empty { display: flex; align-items: center; justify-content: center; color: ${colors.text.secondary}; font-size: 16px; }
  .state { display: flex; align-items: center; padding: 3px 0; }
  .state .name { padding-right: 8px; text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; }
  .bands { position: relative; height: 100%; max-height: 60px; background: ${colors.background.secondary}; }
  .bands div { position: absolute; top: 0; bottom: 0; overflow: hidden; display: flex; align-items: center; justify-content: center;
    font-size: 12px; color: ${colors.mode === 'dark' ? '#111217' : '#ffffff'}; white-space: nowrap; }
  .axis { position: relative; font-size: 12px; }
  .axis span { position: absolute; transform: translateX(-50%); top: 6px; }
  svg text { font-size: 12px; }
`;

const draw = async (picture: Picture): Promise<void> => {
  const theme = createTheme({ colors: { mode: picture.theme } });
  const style = document.createElement('style');
  style.textContent = styleOf(theme);
  document.head.append(style);
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  const render = (content: ReactNode): void =>
    flushSync(() =>
      root.render(
        <ThemeContext.Provider value={theme}>
          <GlobalStyles />
          {content}
        </ThemeContext.Provider>,
      ),
    );
  render(null);
  // Axes are as wide as their words are in the font that is there when they are drawn.
  await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 12px Inter`)));
  render(<Dashboard picture={picture} theme={theme} />);
};

Object.assign(globalThis, { draw });
