// Charts: each is data as the program has it (axes, series, rules, spans), drawn by ECharts.
"use strict";

const dashes = ["solid", [8, 4], [2, 3], [8, 3, 2, 3], [14, 5], [4, 3], [8, 2, 2, 2, 2, 2]];
const symbols = {
  dot: "circle",
  disc: "circle",
  diamond: "diamond",
  circle: "emptyCircle",
  cross: "path://M0,0L10,10M10,0L0,10",
  square: "rect",
  triangle: "triangle",
};
const sizes = { dot: 4, disc: 9, diamond: 12, circle: 9, cross: 9, square: 9, triangle: 10 };
const themes = {
  light: {
    ink: "#1c1f23",
    muted: "#565d66",
    grid: "#e4e4e4",
    span: "#dddddd",
    paper: "#ffffff",
    arrow: "#333333",
    contour: "#a03c00",
    low: ["#ffffff", "#c6dbef", "#5aa0cf"],
    diverging: ["#4a90c4", "#ffffff", "#ee9a4a"],
    colours: null,
  },
  // The same hues, lighter, so that they keep their distance from a dark ground.
  dark: {
    ink: "#e8eaed",
    muted: "#a9b0b9",
    grid: "#2b3037",
    span: "#3b424b",
    paper: "#16191d",
    arrow: "#c8ccd2",
    contour: "#ff9c66",
    low: ["#16191d", "#234a68", "#4a90c4"],
    diverging: ["#4a90c4", "#22262b", "#d07f35"],
    colours: ["#4aa8e0", "#ff8a4c", "#2fc79a", "#e3a3c6", "#f0b429", "#8fd0f5", "#f0f0f0"],
  },
};

let printing = false;
function themeNow() {
  return !printing && matchMedia("(prefers-color-scheme: dark)").matches ? themes.dark : themes.light;
}
function colourOf(theme, palette, number) {
  const colours = theme.colours || palette;
  return colours[number % colours.length];
}
function axisTitle(axis) {
  return axis.unit ? `${axis.label || ""} (${axis.unit})` : axis.label || "";
}
function withUnit(axis, x) {
  const words = axis.ticks && axis.ticks.find(([at]) => Math.abs(at - x) < 1e-9);
  if (words) return words[1];
  const unit = axis.unit ? ` ${axis.unit}` : "";
  return `${shortNumber(axis.logarithms ? 10 ** x : x)}${unit}`;
}

// ---- axes ----

function logTicks(low, high) {
  const from = Math.floor(Math.log10(low)),
    to = Math.ceil(Math.log10(high)),
    ticks = [];
  const stride = Math.max(1, Math.ceil((to - from) / 8)),
    parts = Math.log10(high / low) < 2.5 ? [1, 2, 5] : [1];
  for (let p = from; p <= to; p++)
    for (const part of parts)
      if (p % stride === 0 && part * 10 ** p >= low * 0.999999 && part * 10 ** p <= high * 1.000001)
        ticks.push(part * 10 ** p);
  return ticks;
}
function logLabel(x) {
  const power = Math.floor(Math.log10(x) + 1e-9);
  if (power > -4 && power < 5) return shortNumber(x);
  const digit = Math.round(x / 10 ** power);
  return `${digit === 1 ? "" : `${digit}×`}10${superscript(power)}`;
}

// Multiples of 1, 2 or 5 times a power of ten, so many as there is room for.
function linearTicks(low, high, most) {
  const rough = (high - low) / most,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((part) => part * power >= rough * 0.999999) ?? 10),
    ticks = [];
  for (let k = Math.ceil(low / step - 1e-6); k * step <= high + step * 1e-6; k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}
function ticksOf(axis, low, high, vertical, width) {
  if (axis.logarithms) return logTicks(10 ** low, 10 ** high).map(Math.log10);
  return axis.log ? logTicks(low, high) : linearTicks(low, high, vertical ? 6 : Math.max(3, Math.min(8, width / 75)));
}

const longWords = (axis) => (axis.ticks || []).some(([, label]) => (label || "").length > 18);
function isTurned(axis, width) {
  const longest = Math.max(0, ...(axis.ticks || []).map(([, label]) => (label || "").length));
  const room = (width - 90) / Math.max(1, (axis.ticks || []).length);
  return longest * 7 > room && room < 80;
}
// Many words want the whole width of the page, and long ones below the axis more height.
const isWide = (chart) => (chart.x.ticks || []).length > 12;
const heightOf = (chart, width) => (isTurned(chart.x, width) && longWords(chart.x) ? 500 : 368);

function axisOption(axis, theme, vertical, width) {
  const option = {
    type: axis.log ? "log" : "value",
    min: axis.low,
    max: axis.high,
    name: axisTitle(axis),
    nameLocation: "middle",
    nameTextStyle: { color: theme.ink, fontSize: 12 },
    nameGap: vertical ? 46 : 28,
    axisLine: { show: true, onZero: false, lineStyle: { color: theme.muted } },
    axisTick: { show: true, lineStyle: { color: theme.muted } },
    axisLabel: { color: theme.ink, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: theme.grid } },
    axisPointer: { label: { show: false } },
  };
  if (axis.ticks) {
    const words = new Map(axis.ticks.map(([at, label]) => [at, label ?? ""]));
    const longest = Math.max(...axis.ticks.map(([, label]) => (label || "").length)),
      room = (width - 90) / axis.ticks.length;
    // Where not all words fit, every so many-th stands there; the mouse and the table tell the others.
    const stride = vertical ? 1 : Math.max(1, Math.ceil(13 / room));
    option.axisTick.customValues = option.axisLabel.customValues = axis.ticks
      .filter((_, i) => i % stride === 0)
      .map(([at]) => at);
    option.axisLabel.formatter = (value) => words.get(value) ?? "";
    if (!vertical && longest * 7 > room) {
      const turned = isTurned(axis, width),
        most = longWords(axis) ? 220 : 130;
      option.axisLabel.hideOverlap = false;
      Object.assign(
        option.axisLabel,
        turned
          ? { rotate: 60, width: most, overflow: "truncate" }
          : { width: room - 8, overflow: "break", lineHeight: 14 },
      );
      option.nameGap = turned ? most * 0.87 : 58;
    }
    if (!vertical && !option.name) option.nameGap -= 36;
    return option;
  }
  option.axisTick.customValues = option.axisLabel.customValues = ticksOf(axis, axis.low, axis.high, vertical, width);
  option.axisLabel.formatter = axis.log ? logLabel : axis.logarithms ? (x) => logLabel(10 ** x) : shortNumber;
  return option;
}

// ---- series ----

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

function mapSeries(series) {
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
      return { type: "rect", shape, style: { fill: colour } };
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
  return {
    type: "line",
    data: pairs(series),
    showSymbol: false,
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
    case "arrows":
      return arrowSeries(series, theme);
    case "heatmap":
      return mapSeries(series);
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

// ---- what the mouse tells ----

function tipOf(heading, rows) {
  return element(
    "div",
    { class: "tip" },
    element("strong", {}, heading),
    element(
      "table",
      {},
      ...rows.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))),
    ),
  );
}

function nearest(x, at) {
  let best = -1;
  x.forEach((value, i) => {
    if (value !== null && (best < 0 || Math.abs(value - at) < Math.abs(x[best] - at))) best = i;
  });
  return best;
}

// The value of a step holds from its x on.
function indexAt(series, at) {
  const i = nearest(series.columns[0], at);
  return series.kind === "steps" && i > 0 && series.columns[0][i] > at ? i - 1 : i;
}

function lineTip(chart, shown, at) {
  const rows = [];
  let place = at;
  for (const series of shown) {
    if (!["line", "steps", "band"].includes(series.kind)) continue;
    const i = indexAt(series, at);
    if (i < 0) continue;
    place = series.columns[0][i];
    const name = series.name || axisTitle(chart.y);
    if (series.kind === "band")
      rows.push([name, `${withUnit(chart.y, series.columns[1][i])} to ${withUnit(chart.y, series.columns[2][i])}`]);
    else rows.push([name, withUnit(chart.y, series.columns[1][i])]);
  }
  const where = chart.x.ticks ? placeBetween(chart.x, place) : withUnit(chart.x, place);
  return tipOf(`${chart.x.label || ""}: ${where}`, rows);
}

// On the axis of percentiles, whose ticks are words, a place is 1 - 10^-x.
function placeBetween(axis, at) {
  const words = axis.ticks.find(([tick]) => Math.abs(tick - at) < 1e-9);
  if (words) return `${words[1]}${axis.unit ? ` ${axis.unit}` : ""}`;
  return axis.unit === "%" ? `${shortPercent(at)} %` : shortNumber(at);
}
function shortPercent(tail) {
  const percent = 100 * (1 - 10 ** -tail);
  return percent.toFixed(Math.max(0, Math.ceil(tail - 1)) + 1).replace(/\.?0+$/, "");
}

function itemTip(chart, series, i) {
  const heading = series.name || chart.title,
    c = series.columns,
    x = chart.x,
    y = chart.y;
  if (series.kind === "bars")
    return tipOf(heading, [[`${withUnit(x, c[0][i])} to ${withUnit(x, c[1][i])}`, withUnit(y, c[2][i])]]);
  if (series.kind === "blocks")
    return tipOf(withUnit(x, (c[0][i] + c[1][i]) / 2), [[heading, withUnit(y, c[3][i] - c[2][i])]]);
  if (series.kind === "boxes") {
    const names = ["lower whisker", "first quartile", "median", "third quartile", "upper whisker"];
    return tipOf(
      withUnit(x, c[0][i]),
      names.map((name, k) => [name, withUnit(y, c[k + 1][i])]),
    );
  }
  return tipOf(heading, [
    [x.label || "x", withUnit(x, c[0][i])],
    [y.label || "y", withUnit(y, c[1][i])],
  ]);
}

// What the rectangle holds, and where the lines over it are then.
function mapTip(chart, shown, [x, y, value]) {
  const axis = chart.colours,
    number = axis.logarithms ? logLabelSmall(value) : shortNumber(value);
  const lines = shown
    .filter((series) => series.kind === "line" && series.name)
    .map((series) => [series.name, series.columns[1][nearest(series.columns[0], x)]])
    .filter(([, at]) => at !== undefined && at !== null);
  return tipOf(chart.title, [
    [chart.x.label, withUnit(chart.x, x)],
    [chart.y.label, withUnit(chart.y, y)],
    [axis.label, `${number}${axis.unit ? ` ${axis.unit}` : ""}`],
    ...lines.map(([name, at]) => [name, withUnit(chart.y, at)]),
  ]);
}
function logLabelSmall(log) {
  return log > -4 && log < 5
    ? shortNumber(10 ** log)
    : `10${superscript(Math.floor(log))} × ${shortNumber(10 ** (log - Math.floor(log)))}`;
}
