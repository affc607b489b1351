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
    onFull: "#1c1f23",
    low: ["#ffffff", "#d2e3f3", "#a6cde4", "#6baed6", "#4292c6", "#2171b5"],
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
    onFull: "#0d0f12",
    low: ["#16191d", "#1d3a53", "#2b6390", "#4a90c4", "#8fc6ee"],
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
function wordAt(axis, x) {
  const tick = axis.ticks && axis.ticks.find(([at]) => Math.abs(at - x) < 1e-9);
  return tick ? tick[1] : null;
}
function withUnit(axis, x) {
  const words = wordAt(axis, x);
  if (words !== null) return words;
  const unit = axis.unit ? ` ${axis.unit}` : "";
  return `${shortNumber(axis.logarithms ? 10 ** x : x)}${unit}`;
}
// The words of the tick that a point belongs to which stands beside another one.
function wordNear(axis, x) {
  const tick = axis.ticks && axis.ticks.find(([at]) => Math.abs(at - x) < 0.3);
  return tick ? tick[1] : null;
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
  const even = (from, to) => linearTicks(from, to, vertical ? 6 : Math.max(3, Math.min(8, width / 75)));
  // In less than that there may be neither a 1 nor a 2 nor a 5.
  const uneven = (from, to) => (Math.log10(to / from) < 0.7 ? even(from, to) : logTicks(from, to));
  if (axis.logarithms) return uneven(10 ** low, 10 ** high).map(Math.log10);
  return axis.log ? uneven(low, high) : even(low, high);
}

const longWords = (axis) => (axis.ticks || []).some(([, label]) => (label || "").length > 18);
function isTurned(axis, width) {
  const longest = Math.max(0, ...(axis.ticks || []).map(([, label]) => (label || "").length));
  const room = (width - 90) / Math.max(1, (axis.ticks || []).length);
  return longest * 7 > room && room < 80;
}
// How many letters wide a text is: those of East Asia and pictures take the room of two.
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|[\u{1f300}-\u{1faff}]/u;
const lettersOf = (text) => [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0);
function cutTo(text, most) {
  const letters = [...text.trimEnd()];
  while (lettersOf(letters.join("")) > most - 1) letters.pop();
  return `${letters.join("")}…`;
}
// At most three lines of at most so many letters, that end before a dot or after a blank where there is one; what does
// not fit is cut.
function inLines(text, most) {
  const lines = [""];
  for (const piece of text.split(/(?<= )|(?=\.)/)) {
    if (lines[lines.length - 1] && lettersOf(lines[lines.length - 1] + piece.trimEnd()) > most) lines.push("");
    lines[lines.length - 1] += piece;
  }
  if (lines.length > 3) lines.splice(2, lines.length, cutTo(lines[2], most));
  return lines.map((line) => (lettersOf(line.trimEnd()) > most ? cutTo(line, most) : line.trimEnd())).join("\n");
}
// Many words want the whole width of the page, and long ones below the axis more height.
const isWide = (chart) => (chart.x.ticks || []).length > 12;
const heightOf = (chart, width) => (isTurned(chart.x, width) && longWords(chart.x) ? 500 : 368);

// The room that the labels beside the vertical axis take; words that are longer are cut.
function wordsWidth(axis, width) {
  const longest = Math.max(0, ...(axis.ticks || []).map(([, label]) => (label || "").length));
  return Math.max(38, Math.min(longest * 7.5 + 4, 220, width * 0.35));
}
// An axis' title, in two lines where its length has no room: that is the picture's height, or what of its width is beside
// the vertical axis.
function titleLines(axis, vertical, width) {
  const room = vertical ? 270 : width - 120,
    title = axisTitle(axis),
    all = lettersOf(title);
  return all * 6.6 <= room ? [title] : inLines(title, Math.max(Math.ceil(all / 2) + 4, Math.floor(room / 6.6))).split("\n");
}
const leftOf = (axis, width) =>
  wordsWidth(axis, width) + (axis.label ? 28 : 12) + 15 * (titleLines(axis, true, width).length - 1);

function axisOption(axis, theme, vertical, width) {
  const option = {
    type: axis.log ? "log" : "value",
    min: axis.low,
    max: axis.high,
    name: titleLines(axis, vertical, width).join("\n"),
    nameLocation: "middle",
    nameTextStyle: { color: theme.ink, fontSize: 12, lineHeight: 15 },
    nameGap: vertical ? wordsWidth(axis, width) + 8 : 28,
    axisLine: { show: true, onZero: false, lineStyle: { color: theme.muted } },
    axisTick: { show: true, lineStyle: { color: theme.muted } },
    // What an earlier width has set has to be taken back: options are merged.
    axisLabel: { color: theme.ink, hideOverlap: true, rotate: 0, width: null, overflow: "none", lineHeight: null },
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
    if (vertical) Object.assign(option.axisLabel, { width: wordsWidth(axis, width), overflow: "truncate" });
    if (!vertical && longest * 7 > room) {
      const turned = isTurned(axis, width),
        most = longWords(axis) ? 220 : 130;
      option.axisLabel.hideOverlap = false;
      Object.assign(
        option.axisLabel,
        turned
          ? { rotate: 60, width: most, overflow: "truncate" }
          : { lineHeight: 14 },
      );
      if (!turned) option.axisLabel.formatter = (value) => inLines(words.get(value) ?? "", Math.floor((room - 8) / 6.8));
      option.nameGap = turned ? most * 0.87 : 58;
    }
    if (!vertical && !option.name) option.nameGap -= option.nameGap > 28 ? 36 : 22;
    return option;
  }
  option.axisTick.customValues = option.axisLabel.customValues = ticksOf(axis, axis.low, axis.high, vertical, width);
  option.axisLabel.formatter = axis.log ? logLabel : axis.logarithms ? (x) => logLabel(10 ** x) : shortNumber;
  return option;
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
  if (series.kind === "intervals") {
    const rows = [[wordNear(x, c[0][i]) ?? withUnit(x, c[0][i]), withUnit(y, c[1][i])]];
    if (c[2][i] !== null) rows.push(["95 %", `${withUnit(y, c[2][i])} to ${withUnit(y, c[3][i])}`]);
    return tipOf(heading, rows);
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
