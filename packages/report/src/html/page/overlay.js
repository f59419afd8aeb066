// What stands behind the lines of a chart and in front of them.

/**
 * Windows behind the lines, marks and the limit in front.
 * @param {PageData} page @param {ChartData} chart
 * @returns {Plot.Hooks}
 */
const hooksOf = (page, chart) => {
  const ratio = () => devicePixelRatio;
  /** @param {UPlot} u @param {number} x seconds */
  const across = (u, x) => u.valToPos(x, 'x', true);
  return {
    drawClear: [
      (u) => {
        const { ctx, bbox } = u;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        for (const [index, { from, to }] of page.bands.entries()) {
          const [left, right] = [across(u, from), across(u, to)];
          ctx.fillStyle = faded(colorOf('band'), index % 2 === 0 ? 0.03 : 0.1);
          ctx.fillRect(left, bbox.top, right - left, bbox.height);
        }
        ctx.restore();
      },
    ],
    draw: [
      (u) => {
        const { ctx, bbox } = u;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        ctx.lineWidth = ratio();
        for (const { at } of page.marks) {
          ctx.strokeStyle = colorOf('bad');
          ctx.setLineDash([3 * ratio(), 2 * ratio()]);
          ctx.beginPath();
          ctx.moveTo(across(u, at), bbox.top);
          ctx.lineTo(across(u, at), bbox.top + bbox.height);
          ctx.stroke();
        }
        if (chart.limit !== null) {
          const y = u.valToPos(chart.limit, 'y', true);
          ctx.strokeStyle = colorOf('bad');
          ctx.setLineDash([6 * ratio(), 4 * ratio()]);
          ctx.beginPath();
          ctx.moveTo(bbox.left, y);
          ctx.lineTo(bbox.left + bbox.width, y);
          ctx.stroke();
        }
        ctx.setLineDash([]);
        ctx.fillStyle = colorOf('muted');
        ctx.font = `${10 * ratio()}px system-ui, sans-serif`;
        ctx.textAlign = 'left';
        ctx.textBaseline = 'top';
        // A name that has no room would be read as that of its neighbour.
        for (const { name, from, to } of page.bands) {
          const [left, right] = [
            Math.max(across(u, from), bbox.left),
            Math.min(across(u, to), bbox.left + bbox.width),
          ];
          if (ctx.measureText(name).width + 8 * ratio() < right - left)
            ctx.fillText(name, left + 4 * ratio(), bbox.top + 2 * ratio());
        }
        ctx.restore();
      },
    ],
  };
};
