// A chart's figure on the page: heading, picture, names to switch, tools, and its data as a table.
"use strict";

// What can be switched: series, rules and spans that have a name. Those of one name go together.
function entriesOf(chart) {
  const names = new Map();
  for (const [list, kind] of [
    [chart.series, "series"],
    [chart.rules, "rule"],
    [chart.spans, "span"],
  ])
    list.forEach((item, i) => {
      if (!item.name) return;
      if (!names.has(item.name)) names.set(item.name, { name: item.name, kind, item, key: `${kind}${i}` });
    });
  return [...names.values()];
}

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function swatch(entry, theme, palette) {
  const picture = svg("svg", { viewBox: "0 0 32 14", "aria-hidden": "true" });
  const colour = colourOf(theme, palette, entry.item.colour ?? 0),
    kind = entry.kind === "series" ? entry.item.kind : entry.kind;
  if (kind === "span") picture.append(svg("rect", { width: 32, height: 14, fill: theme.span }));
  else if (["band", "bars", "blocks", "boxes"].includes(kind))
    picture.append(svg("rect", { width: 32, height: 14, fill: colour, opacity: kind === "band" ? 0.35 : 0.75 }));
  else if (kind === "points" || kind === "intervals") picture.append(marker(entry.item.marker, colour));
  else {
    const stroke = kind === "arrows" ? theme.arrow : kind === "contours" ? theme.contour : colour;
    const dash =
      kind === "arrows" || kind === "contours"
        ? "solid"
        : dashes[(entry.item.dash ?? entry.item.colour ?? 0) % dashes.length];
    picture.append(
      svg("line", {
        x1: 0,
        y1: 7,
        x2: 32,
        y2: 7,
        stroke,
        "stroke-width": 3,
        "stroke-dasharray": Array.isArray(dash) ? dash.join(" ") : "none",
      }),
    );
  }
  return picture;
}

function marker(kind, colour) {
  if (kind === "diamond") return svg("path", { d: "M16,0L23,7L16,14L9,7Z", fill: colour });
  if (kind === "square") return svg("rect", { x: 10, y: 1, width: 12, height: 12, fill: colour });
  if (kind === "triangle") return svg("path", { d: "M16,0L24,14L8,14Z", fill: colour });
  if (kind === "cross") return svg("path", { d: "M10,1L22,13M22,1L10,13", stroke: colour, "stroke-width": 2.5 });
  return svg("circle", {
    cx: 16,
    cy: 7,
    r: kind === "dot" ? 3 : 5.5,
    fill: kind === "circle" ? "none" : colour,
    stroke: colour,
    "stroke-width": 2,
  });
}

// ---- the data behind it ----

const columnNames = {
  line: (c) => [c.x, c.y],
  steps: (c) => [c.x, c.y],
  points: (c) => [c.x, c.y],
  band: (c) => [c.x, { ...c.y, label: `${c.y.label}, from` }, { ...c.y, label: `${c.y.label}, to` }],
  bars: (c) => [{ ...c.x, label: `${c.x.label}, from` }, { ...c.x, label: `${c.x.label}, to` }, c.y],
  blocks: (c) => [
    { ...c.x, label: "left", ticks: null },
    { ...c.x, label: "right", ticks: null },
    { ...c.y, label: `${c.y.label}, from` },
    { ...c.y, label: `${c.y.label}, to` },
  ],
  arrows: (c) => [c.x, c.y, { label: "length along x" }, { label: "length along y" }],
  intervals: (c) => [c.x, c.y, { ...c.y, label: "95 %, from" }, { ...c.y, label: "95 %, to" }],
  boxes: (c) => [
    c.x,
    ...["lower whisker", "first quartile", "median", "third quartile", "upper whisker"].map((label) => ({
      ...c.y,
      label,
    })),
  ],
};

function dataTables(chart) {
  const most = 1000;
  return chart.series
    .filter((series) => series.kind !== "contours")
    .map((series) => {
      const axes = series.kind === "heatmap" ? [chart.x, chart.y, chart.colours] : columnNames[series.kind](chart);
      const columns = series.kind === "heatmap" ? gridColumns(series.grid, chart) : series.columns,
        count = columns[0].length;
      const rows = [];
      for (let i = 0; i < Math.min(count, most); i++)
        rows.push(
          columns.map((column, k) => {
            const words = k === 0 && series.kind === "intervals" ? wordNear(axes[k], column[i]) : wordAt(axes[k], column[i]);
            return [column[i], words ?? shortNumber(column[i]), ""];
          }),
        );
      const box = makeTable({
        caption: series.name || chart.title,
        rows,
        columns: axes.map((axis) => ({ label: axis.label || "scenario", unit: axis.unit, number: true })),
      });
      if (count > most) box.append(element("p", { class: "hint" }, `The first ${most} of ${count} rows.`));
      return box;
    });
}

const real = (axis, x) => (axis.logarithms ? 10 ** x : x);

function gridColumns(grid, chart) {
  const columns = [[], [], []];
  grid.x.forEach((x, i) =>
    grid.y.forEach((y, j) => {
      const value = grid.value[i * grid.y.length + j];
      if (value === null) return;
      columns[0].push(real(chart.x, x));
      columns[1].push(real(chart.y, y));
      columns[2].push(real(chart.colours, value));
    }),
  );
  return columns;
}

// ---- drawing ----

function optionOf(chart, palette, hidden, width) {
  const theme = themeNow(),
    seen = (item) => !item.name || !hidden.has(item.name);
  const shown = chart.series.filter(seen),
    series = shown.map((one) => oneSeries(one, chart, theme, palette));
  const lines = shown.some((one) => ["line", "steps", "band"].includes(one.kind)),
    map = series.findIndex((one) => one.isMap);
  const zoom = (axis) => ({
    type: "inside",
    [axis]: 0,
    filterMode: "none",
    zoomOnMouseWheel: "ctrl",
    moveOnMouseMove: false,
    moveOnMouseWheel: false,
  });
  const count = series.length;
  series.push(...chart.spans.filter(seen).map((span) => spanSeries(span, chart, theme)));
  series.push(...chart.rules.filter(seen).map((rule) => ruleSeries(rule, chart, theme, palette)));
  const option = {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { color: theme.ink, fontFamily: "system-ui, sans-serif" },
    grid: { left: leftOf(chart.y, width), right: 22, top: 14, bottom: map >= 0 ? 92 : 52 },
    xAxis: axisOption(chart.x, theme, false, width),
    yAxis: axisOption(chart.y, theme, true, width),
    series,
    dataZoom: [zoom("xAxisIndex"), zoom("yAxisIndex")],
    toolbox: {
      show: true,
      itemSize: 0,
      left: -100,
      feature: { dataZoom: { filterMode: "none", title: { zoom: "", back: "" } } },
    },
    tooltip: {
      trigger: lines && map < 0 ? "axis" : "item",
      confine: true,
      transitionDuration: 0,
      backgroundColor: theme.paper,
      borderColor: theme.muted,
      className: "echarts-tip",
      textStyle: { color: theme.ink },
      axisPointer: { type: "line", snap: true, lineStyle: { color: theme.muted } },
      formatter: (given) => {
        if (Array.isArray(given)) return lineTip(chart, shown, given[0].axisValue);
        if (given.seriesIndex >= count) return "";
        const its = shown[given.seriesIndex];
        return its.kind === "heatmap" ? mapTip(chart, shown, given.value) : itemTip(chart, its, given.dataIndex);
      },
    },
  };
  const bottom = option.xAxis.nameGap + 24 + 15 * (titleLines(chart.x, false, width).length - 1);
  option.grid.bottom = map >= 0 ? bottom + 48 : bottom;
  if (map >= 0) option.visualMap = colourBar(chart, theme, map, width);
  if (chart.same_scale) keepRound(chart, option.grid, width);
  return option;
}

// What is left of the width or the height stays empty, so that one unit is as long on both axes.
function keepRound(chart, grid, width) {
  const across = width - grid.left - grid.right,
    up = heightOf(chart, width) - grid.top - grid.bottom;
  const x = chart.x.high - chart.x.low,
    y = chart.y.high - chart.y.low,
    unit = Math.min(across / x, up / y);
  grid.right += across - unit * x;
  grid.top += up - unit * y;
}

function colourBar(chart, theme, index, width) {
  const axis = chart.colours,
    text = (value) =>
      axis.logarithms
        ? Math.abs(value) < 4
          ? shortNumber(10 ** value)
          : `10${superscript(Math.round(value))}`
        : shortNumber(value);
  const ends = [`${text(axis.high)}`, `${axisTitle(axis)}  ${text(axis.low)}`],
    words = 6.5 * (ends[0].length + ends[1].length);
  return {
    type: "continuous",
    seriesIndex: index,
    dimension: 2,
    min: axis.low,
    max: axis.high,
    orient: "horizontal",
    left: "center",
    bottom: 0,
    itemWidth: 12,
    itemHeight: Math.max(80, Math.min(220, width - 50 - words)),
    textStyle: { color: theme.ink },
    formatter: text,
    calculable: false,
    hoverLink: false,
    text: ends,
    inRange: { color: chart.colours.diverging ? theme.diverging : theme.low },
  };
}

// The ticks of what is seen: ECharts would label the ends of the range, whatever they are.
function followZoom(drawn) {
  const { chart, picture } = drawn;
  picture.on("datazoom", () => {
    const zooms = picture.getOption().dataZoom,
      change = {};
    [
      ["xAxis", chart.x],
      ["yAxis", chart.y],
    ].forEach(([name, axis], i) => {
      if (axis.ticks) return;
      const at = (percent) =>
        axis.log
          ? axis.low * (axis.high / axis.low) ** (percent / 100)
          : axis.low + (axis.high - axis.low) * (percent / 100);
      const ticks = ticksOf(axis, at(zooms[i].start), at(zooms[i].end), i === 1, drawn.place.clientWidth);
      change[name] = { axisTick: { customValues: ticks }, axisLabel: { customValues: ticks } };
    });
    if (Object.keys(change).length > 0) picture.setOption(change);
  });
}

function draw(drawn) {
  const { chart, place, palette, hidden } = drawn,
    first = !drawn.picture,
    width = printing ? 660 : place.clientWidth || 600;
  const height = heightOf(chart, width);
  place.style.height = `${height}px`;
  const heavy = chart.series.some((series) => series.kind === "heatmap");
  if (first) {
    drawn.picture = echarts.init(place, null, { renderer: heavy ? "canvas" : "svg", width, height });
    drawn.picture.getZr().on("dblclick", () => zoomTo(drawn, 0, 100));
    followZoom(drawn);
  }
  drawn.picture.resize({ width, height });
  drawn.picture.setOption(optionOf(chart, palette, hidden, width), { replaceMerge: ["series"] });
  if (first)
    drawn.picture.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
}

function zoomTo(drawn, start, end) {
  for (const dataZoomIndex of [0, 1]) drawn.picture.dispatchAction({ type: "dataZoom", dataZoomIndex, start, end });
}

function zoomBy(drawn, factor) {
  drawn.picture
    .getOption()
    .dataZoom.slice(0, 2)
    .forEach((zoom, dataZoomIndex) => {
      const middle = (zoom.start + zoom.end) / 2,
        half = Math.min(50, ((zoom.end - zoom.start) / 2) * factor);
      const start = Math.max(0, Math.min(100 - 2 * half, middle - half));
      drawn.picture.dispatchAction({ type: "dataZoom", dataZoomIndex, start, end: start + 2 * half });
    });
}

// ---- the figure ----

function fillLegend(drawn) {
  const { chart, palette, hidden, legend } = drawn;
  legend.replaceChildren(
    ...entriesOf(chart).map((entry) => {
      const button = element("button", { type: "button", "aria-pressed": String(!hidden.has(entry.name)) });
      button.append(swatch(entry, themeNow(), palette), entry.name);
      button.addEventListener("click", () => {
        if (!hidden.delete(entry.name)) hidden.add(entry.name);
        button.setAttribute("aria-pressed", String(!hidden.has(entry.name)));
        draw(drawn);
      });
      return element("li", {}, button);
    }),
  );
}

function tool(label, action, chart) {
  const button = element("button", { type: "button", "aria-label": `${label}: ${chart.title}` }, label);
  button.addEventListener("click", action);
  return element("li", {}, button);
}

function thinnedNote(chart) {
  const thinned = chart.series.filter((series) => series.thinned_from);
  if (thinned.length === 0) return null;
  const most = Math.max(...thinned.map((series) => series.thinned_from));
  return element(
    "p",
    { class: "hint" },
    `Drawn with fewer points than there are (up to ${most} a line): of each stretch the least and greatest value. ` +
      "All of them are in the results file.",
  );
}

function makeChart(chart, palette) {
  const place = element("div", {
    class: "picture",
    role: "img",
    "aria-label": `${chart.title}. ${axisTitle(chart.y)} over ${axisTitle(chart.x)}. The data follow as a table.`,
  });
  const legend = element("ul", { class: "legend", "aria-label": "What is shown" });
  const drawn = { chart, palette, place, legend, hidden: new Set(), picture: null };
  const tools = element(
    "ul",
    { class: "tools", "aria-label": "Zoom" },
    tool("Closer", () => zoomBy(drawn, 0.5), chart),
    tool("Back", () => zoomBy(drawn, 2), chart),
    tool("All", () => zoomTo(drawn, 0, 100), chart),
  );
  const data = element("details", {}, element("summary", {}, "The data as a table"));
  data.addEventListener("toggle", () => {
    if (data.open && data.children.length === 1) data.append(...dataTables(chart));
  });
  drawn.figure = element(
    "article",
    { class: isWide(chart) ? "chart wide" : "chart", "data-name": chart.name },
    element("h3", {}, chart.title),
    chart.subtitle ? element("p", { class: "subtitle" }, chart.subtitle) : null,
    place,
    legend,
    tools,
    thinnedNote(chart),
    data,
  );
  fillLegend(drawn);
  return drawn;
}

// Draws what is in sight at once, the rest when it comes near; all of it before printing.
function drawSoon(list) {
  const waiting = new Set(list),
    now = (drawn) => {
      waiting.delete(drawn);
      draw(drawn);
    };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const drawn = list.find((one) => one.place === entry.target);
        if (entry.isIntersecting && waiting.has(drawn)) now(drawn);
      }
    },
    { rootMargin: "600px" },
  );
  list.forEach((drawn) => observer.observe(drawn.place));
  const again = () =>
    list.forEach((drawn) => {
      fillLegend(drawn);
      if (!waiting.has(drawn)) draw(drawn);
    });
  let width = innerWidth,
    timer;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (innerWidth !== width) {
        width = innerWidth;
        again();
      }
    }, 100);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("beforeprint", () => {
    printing = true;
    document.querySelectorAll("details.more").forEach((details) => (details.open = true)); // part of the answer
    [...waiting].forEach(now);
    again();
  });
  addEventListener("afterprint", () => {
    printing = false;
    again();
  });
}
