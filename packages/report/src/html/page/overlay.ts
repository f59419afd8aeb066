import type uPlot from 'uplot';
import type { ChartData, PageData } from '../charts/chart-data.ts';
import type { Layer } from './layers.ts';
import { drawLineEnds } from './line-ends.ts';
import { colorOf, faded } from './theme.ts';

const clipToPlot = ({ ctx, bbox }: uPlot): void => {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
};

const strokeLine = (
  ctx: CanvasRenderingContext2D,
  from: [number, number],
  to: [number, number],
): void => {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
};

/** Draws the windows of the run behind the lines of a chart, and its marks, limit, window names and the labels of its lines in front. */
export const overlayHooks = (
  page: PageData,
  chart: ChartData,
  layers: readonly Layer[],
): uPlot.Hooks.Arrays => {
  const across = (u: uPlot, seconds: number): number => u.valToPos(seconds, 'x', true);

  const drawWindows = (u: uPlot): void => {
    const { ctx, bbox } = u;
    for (const [index, { from, to }] of page.bands.entries()) {
      const [left, right] = [across(u, from), across(u, to)];
      ctx.fillStyle = faded(colorOf('band'), index % 2 === 0 ? 0.03 : 0.1);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
  };

  const drawMarks = (u: uPlot): void => {
    const { ctx, bbox } = u;
    ctx.setLineDash([3 * devicePixelRatio, 2 * devicePixelRatio]);
    for (const { at } of page.marks) {
      const x = across(u, at);
      strokeLine(ctx, [x, bbox.top], [x, bbox.top + bbox.height]);
    }
  };

  const drawLimit = (u: uPlot): void => {
    if (chart.limit === null) return;
    const { ctx, bbox } = u;
    const y = u.valToPos(chart.limit, 'y', true);
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    strokeLine(ctx, [bbox.left, y], [bbox.left + bbox.width, y]);
  };

  const drawNames = (u: uPlot): void => {
    const { ctx, bbox } = u;
    const margin = 4 * devicePixelRatio;
    ctx.fillStyle = colorOf('muted');
    ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    for (const { name, from, to } of page.bands) {
      const left = Math.max(across(u, from), bbox.left);
      const right = Math.min(across(u, to), bbox.left + bbox.width);
      // A name that overlaps the next window would look like that window's name.
      if (ctx.measureText(name).width + 2 * margin < right - left)
        ctx.fillText(name, left + margin, bbox.top + 2 * devicePixelRatio);
    }
  };

  return {
    drawClear: [
      (u) => {
        u.ctx.save();
        clipToPlot(u);
        drawWindows(u);
        u.ctx.restore();
      },
    ],
    draw: [
      (u) => {
        u.ctx.save();
        clipToPlot(u);
        u.ctx.lineWidth = devicePixelRatio;
        u.ctx.strokeStyle = colorOf('bad');
        drawMarks(u);
        drawLimit(u);
        drawNames(u);
        u.ctx.restore();
        u.ctx.save();
        drawLineEnds(u, chart, layers);
        u.ctx.restore();
      },
    ],
  };
};
