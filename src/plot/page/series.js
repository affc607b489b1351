// What is drawn of a chart's series, rules and spans, by their kind.
"use strict";

const custom = (renderItem, data, more) => ({
  type: "custom",
  renderItem,
  data,
  clip: true,
  progressive: 0, // all at once: what is drawn in steps is half there on paper
  animation: false,
  ...more,
});
const pairs = (series) => series.columns[0].map((x, i) => [x, series.columns[1][i]]);

// Pieces of a band between its gaps, each a polygon.
function bandSeries(series, colour) {
  const [x, low, high] = series.columns,
    pieces = [[]];
  x.forEach((at, i) => {
    if (low[i] === null || high[i] === null) pieces.push([]);
    else pieces[pieces.length - 1].push(i);
  });
  const whole = pieces.filter((piece) => piece.length > 1);
  return custom(
    (params, api) => {
      const piece = whole[params.dataIndex];
      const points = [
        ...piece.map((i) => api.coord([x[i], high[i]])),
        ...piece
          .slice()
          .reverse()
          .map((i) => api.coord([x[i], low[i]])),
      ];
      return { type: "polygon", shape: { points }, style: { fill: colour, opacity: 0.25 }, silent: true };
    },
    whole.map((piece) => [x[piece[0]], low[piece[0]]]),
    { silent: true, z: 1 },
  );
}

function rectangle(api, left, bottom, right, top) {
  const [x, y] = api.coord([left, top]),
    [right_, bottom_] = api.coord([right, bottom]);
  return { x, y, width: Math.max(right_ - x, 0.5), height: Math.max(bottom_ - y, 0) };
}

function barSeries(series, colour, chart, theme) {
  const [left, right, height] = series.columns,
    floor = chart.y.low;
  return custom(
    (params, api) => {
      const i = params.dataIndex;
      if (height[i] === null) return null;
      return {
        type: "rect",
        shape: rectangle(api, left[i], floor, right[i], height[i]),
        style: { fill: colour, opacity: 0.75, stroke: theme.paper, lineWidth: 0.5 },
      };
    },
    left.map((x, i) => [(x + right[i]) / 2, height[i] ?? 0]),
    { z: 1 },
  );
}

function blockSeries(series, colour, theme) {
  const [left, right, low, high] = series.columns;
  return custom(
    (params, api) => {
      const i = params.dataIndex;
      if (low[i] === null || high[i] === null) return null;
      return {
        type: "rect",
        shape: rectangle(api, left[i], low[i], right[i], high[i]),
        style: { fill: colour, opacity: 0.85, stroke: theme.paper, lineWidth: 1 },
      };
    },
    left.map((x, i) => [(x + right[i]) / 2, high[i] ?? 0]),
    { z: 1 },
  );
}

function boxSeries(series, colour, theme) {
  const [x, low, first, median, third, high] = series.columns;
  return custom(
    (params, api) => {
      const i = params.dataIndex;
      if (median[i] === null) return null;
      const box = rectangle(api, x[i] - 0.25, first[i], x[i] + 0.25, third[i]),
        middle = box.x + box.width / 2;
      const line = (x1, y1, x2, y2, stroke, lineWidth) => ({
        type: "line",
        shape: { x1, y1, x2, y2 },
        style: { stroke, lineWidth },
      });
      const at = (value) => api.coord([x[i], value])[1],
        quarter = box.width / 4;
      return {
        type: "group",
        children: [
          { type: "rect", shape: { ...box, height: Math.max(box.height, 1) }, style: { fill: colour, opacity: 0.25 } },
          {
            type: "rect",
            shape: { ...box, height: Math.max(box.height, 1) },
            style: { fill: "none", stroke: colour, lineWidth: 1.5 },
          },
          line(middle, at(third[i]), middle, at(high[i]), colour, 1.5),
          line(middle, at(first[i]), middle, at(low[i]), colour, 1.5),
          line(middle - quarter, at(high[i]), middle + quarter, at(high[i]), colour, 1.5),
          line(middle - quarter, at(low[i]), middle + quarter, at(low[i]), colour, 1.5),
          line(box.x, at(median[i]), box.x + box.width, at(median[i]), theme.ink, 2.5),
        ],
      };
    },
    x.map((at, i) => [at, median[i] ?? 0]),
    { z: 2 },
  );
}

function arrowSeries(series, theme) {
  const [x, y, dx, dy] = series.columns;
  return custom(
    (params, api) => {
      const i = params.dataIndex,
        [x1, y1] = api.coord([x[i], y[i]]),
        [x2, y2] = api.coord([x[i] + dx[i], y[i] + dy[i]]);
      const angle = Math.atan2(y2 - y1, x2 - x1),
        head = (turn) => [x2 - 4.5 * Math.cos(angle + turn), y2 - 4.5 * Math.sin(angle + turn)];
      return {
        type: "group",
        silent: true,
        children: [
          { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.arrow, lineWidth: 0.9 }, silent: true },
          {
            type: "polygon",
            shape: { points: [[x2, y2], head(0.4), head(-0.4)] },
            style: { fill: theme.arrow },
            silent: true,
          },
        ],
      };
    },
    x.map((at, i) => [at, y[i]]),
    { silent: true, z: 2 },
  );
}

// The border between a place and the one before or after it.
function borders(places, i) {
  const before = i > 0 ? (places[i] - places[i - 1]) / 2 : null,
    after = i + 1 < places.length ? (places[i + 1] - places[i]) / 2 : null;
  return [places[i] - (before ?? after ?? 0.5), places[i] + (after ?? before ?? 0.5)];
}

// The cell with its value in it, in an ink that stands out from its colour.
function withValue(cell, value, chart, theme) {
  const { low, high } = chart.colours,
    { x, y, width, height } = cell.shape;
  const style = {
    text: value.toFixed(2),
    fill: (value - low) / (high - low) > 0.8 ? theme.onFull : theme.ink,
    fontSize: 12,
    align: "center",
    verticalAlign: "middle",
  };
  return { type: "group", children: [cell, { type: "text", x: x + width / 2, y: y + height / 2, style }] };
}

function mapSeries(series, chart, theme) {
  const { x, y, value } = series.grid,
    cells = [];
  x.forEach((_, i) =>
    y.forEach((__, j) => {
      if (value[i * y.length + j] !== null) cells.push([x[i], y[j], value[i * y.length + j], i, j]);
    }),
  );
  return custom(
    (params, api) => {
      const [, , , i, j] = cells[params.dataIndex],
        [left, right] = borders(x, i),
        [bottom, top] = borders(y, j);
      const shape = rectangle(api, left, bottom, right, top),
        colour = api.visual("color");
      shape.width += 0.6; // no seams
      shape.height += 0.6;
      const cell = { type: "rect", shape, style: { fill: colour } };
      return series.written ? withValue(cell, cells[params.dataIndex][2], chart, theme) : cell;
    },
    cells.map((cell) => cell.slice(0, 3)),
    { z: 0, isMap: true },
  );
}

// A place on the line, as near to its middle as can be, that is clear of the labels so far.
function labelPlace(points, taken) {
  const middle = Math.floor(points.length / 2);
  for (let k = 0; k < points.length; k++) {
    const i = middle + (k % 2 ? -1 : 1) * Math.ceil(k / 2),
      point = points[i];
    if (!point || i < 1 || i > points.length - 2) continue;
    if (taken.every(([x, y]) => Math.abs(x - point[0]) > 58 || Math.abs(y - point[1]) > 15)) return point;
  }
  return null;
}

function contourSeries(series, theme) {
  const longest = new Map();
  for (const line of series.lines)
    if (line.x.length > 12 && !(longest.get(line.label)?.x.length >= line.x.length)) longest.set(line.label, line);
  let taken = [];
  return custom(
    (params, api) => {
      const line = series.lines[params.dataIndex],
        points = line.x.map((x, i) => api.coord([x, line.y[i]]));
      if (params.dataIndexInside === 0) taken = [];
      const place = longest.get(line.label) === line ? labelPlace(points, taken) : null;
      const children = [
        {
          type: "polyline",
          shape: { points },
          style: { stroke: theme.contour, lineWidth: 1.3, fill: "none" },
          silent: true,
        },
      ];
      if (place) {
        taken.push(place);
        children.push({
          type: "text",
          x: place[0],
          y: place[1],
          silent: true,
          z2: 10,
          style: {
            text: line.label,
            fill: theme.contour,
            backgroundColor: theme.paper,
            padding: [1, 2],
            fontSize: 10,
            align: "center",
            verticalAlign: "middle",
          },
        });
      }
      return { type: "group", silent: true, children };
    },
    series.lines.map((line) => [line.x[0], line.y[0]]),
    { silent: true, z: 3 },
  );
}

function lineSeries(series, colour, chart) {
  const y = series.columns[1],
    gap = (i) => y[i] === null || y[i] === undefined;
  // A point between two gaps has no line to be seen by.
  const alone = (i) => !gap(i) && gap(i - 1) && gap(i + 1);
  return {
    type: "line",
    data: pairs(series),
    symbol: (value, { dataIndex }) => (alone(dataIndex) ? "circle" : "none"),
    symbolSize: 4,
    showAllSymbol: true,
    connectNulls: false,
    silent: chart.map, // what the mouse is on is a rectangle
    animation: false,
    step: series.kind === "steps" ? "end" : false,
    lineStyle: { color: colour, width: 2, type: dashes[series.colour % dashes.length] },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    z: 3,
  };
}

function pointSeries(series, colour, chart, theme) {
  return {
    type: "scatter",
    data: pairs(series),
    symbol: symbols[series.marker],
    symbolSize: sizes[series.marker],
    animation: false,
    itemStyle: { color: colour, borderColor: chart.map ? theme.paper : colour, borderWidth: chart.map ? 1.5 : 1 },
    z: 5,
  };
}

// A point, and its interval with caps.
function intervalSeries(series, colour) {
  const [x, y, low, high] = series.columns,
    half = 5;
  const mark = (cx, cy) =>
    series.marker === "diamond"
      ? {
          type: "polygon",
          shape: {
            points: [
              [cx, cy - 7],
              [cx + 7, cy],
              [cx, cy + 7],
              [cx - 7, cy],
            ],
          },
          style: { fill: colour },
        }
      : { type: "circle", shape: { cx, cy, r: 5 }, style: { fill: colour } };
  return custom(
    (params, api) => {
      const i = params.dataIndex;
      if (y[i] === null) return null;
      const [cx, cy] = api.coord([x[i], y[i]]),
        children = [];
      const line = (x1, y1, x2, y2) =>
        children.push({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2 } });
      if (low[i] !== null && high[i] !== null) {
        const from = api.coord([x[i], low[i]])[1],
          to = api.coord([x[i], high[i]])[1];
        line(cx, from, cx, to);
        line(cx - half, from, cx + half, from);
        line(cx - half, to, cx + half, to);
      }
      children.push(mark(cx, cy));
      return { type: "group", children };
    },
    x.map((at, i) => [at, y[i] ?? 0]),
    { z: 5 },
  );
}

function oneSeries(series, chart, theme, palette) {
  const colour = colourOf(theme, palette, series.colour);
  switch (series.kind) {
    case "band":
      return bandSeries(series, colour);
    case "bars":
      return barSeries(series, colour, chart, theme);
    case "blocks":
      return blockSeries(series, colour, theme);
    case "boxes":
      return boxSeries(series, colour, theme);
    case "intervals":
      return intervalSeries(series, colour);
    case "arrows":
      return arrowSeries(series, theme);
    case "heatmap":
      return mapSeries(series, chart, theme);
    case "contours":
      return contourSeries(series, theme);
    case "points":
      return pointSeries(series, colour, chart, theme);
    default:
      return lineSeries(series, colour, chart);
  }
}

function ruleSeries(rule, chart, theme, palette) {
  const colour = colourOf(theme, palette, rule.colour);
  const ends = rule.vertical
    ? [
        [rule.at, chart.y.low],
        [rule.at, chart.y.high],
      ]
    : [
        [chart.x.low, rule.at],
        [chart.x.high, rule.at],
      ];
  return {
    type: "line",
    data: ends,
    showSymbol: false,
    silent: true,
    animation: false,
    z: 4,
    isRule: true,
    lineStyle: { color: colour, width: 2, type: dashes[rule.dash % dashes.length] },
    itemStyle: { color: colour },
  };
}

function spanSeries(span, chart, theme) {
  return custom(
    (params, api) => ({
      type: "rect",
      silent: true,
      shape: rectangle(
        api,
        Math.max(span.from, chart.x.low),
        chart.y.low,
        Math.min(span.to, chart.x.high),
        chart.y.high,
      ),
      style: { fill: theme.span },
    }),
    [[span.from, chart.y.low]],
    { silent: true, z: 0 },
  );
}
