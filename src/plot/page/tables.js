// Tables that sort and filter, and small helpers for making elements. All text goes in as text, never as markup.
"use strict";

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A number to a few digits, as the tables print them.
function shortNumber(x) {
  if (x === null || x === undefined || !Number.isFinite(x)) return "–";
  if (x !== 0 && (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e7)) {
    const [digits, power] = x.toExponential(2).split("e");
    return `${Number(digits)}×10${superscript(Number(power))}`;
  }
  return String(Number(x.toPrecision(4)));
}

function superscript(power) {
  return String(power).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]));
}

function cellKey(cell) {
  return Array.isArray(cell) ? cell[0] : cell;
}
function cellText(cell) {
  return Array.isArray(cell) ? cell[1] : cell;
}

function compareCells(a, b) {
  const x = cellKey(a),
    y = cellKey(b);
  if (typeof x === "number" && typeof y === "number") return x - y;
  return String(cellText(a)).localeCompare(String(cellText(b)), "en", { numeric: true });
}

function isMissing(cell) {
  return Array.isArray(cell) ? cell[0] === null && cell[1] === "-" : cell === "" || cell === null;
}

function tableCell(cell, column, first) {
  const made = element(first ? "th" : "td", { scope: first ? "row" : null, class: column.number ? "number" : null });
  made.append(cellText(cell) ?? "");
  if (Array.isArray(cell) && cell[2]) made.append(element("span", { class: "half" }, ` ± ${cell[2]}`));
  return made;
}

// Makes a table of { caption, columns: [{ label, unit, number }], rows: [[CELL, ...]] }. Each heading is a button that
// sorts; what is not there comes last either way.
function makeTable(table) {
  const body = element("tbody"),
    heads = [];
  const nameColumn = table.columns.findIndex((column) => !column.number);
  let rows = table.rows.slice(),
    sorted = -1,
    descending = false,
    wanted = "";

  function fill() {
    const shown = rows.filter((row) => row.some((cell) => String(cellText(cell)).toLowerCase().includes(wanted)));
    body.replaceChildren(
      ...shown.map((row) =>
        element("tr", {}, ...row.map((cell, i) => tableCell(cell, table.columns[i], i === nameColumn))),
      ),
    );
    return shown.length;
  }

  function sort(index) {
    descending = sorted === index ? !descending : false;
    sorted = index;
    rows = table.rows.slice().sort((a, b) => {
      const missing = Number(isMissing(a[index])) - Number(isMissing(b[index]));
      return missing || (descending ? -1 : 1) * compareCells(a[index], b[index]);
    });
    heads.forEach((head, i) => {
      const its = i !== sorted ? "none" : descending ? "descending" : "ascending";
      head.setAttribute("aria-sort", its);
      head.querySelector(".arrow").textContent = its === "none" ? "" : its === "ascending" ? "▲" : "▼";
    });
    fill();
  }

  table.columns.forEach((column, i) => {
    const button = element(
      "button",
      { type: "button" },
      column.label,
      element("span", { class: "arrow", "aria-hidden": "true" }),
      column.unit ? element("span", { class: "unit" }, column.unit) : null,
    );
    button.addEventListener("click", () => sort(i));
    heads.push(element("th", { scope: "col", "aria-sort": "none", class: column.number ? "number" : null }, button));
  });
  const made = element(
    "table",
    {},
    element("caption", {}, table.caption),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  fill();

  const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.caption }, made);
  if (!table.filter) return box;
  const input = element("input", { type: "search" }),
    count = element("span", { class: "hint", role: "status" });
  input.addEventListener("input", () => {
    wanted = input.value.trim().toLowerCase();
    const shown = fill();
    count.textContent = wanted ? ` ${shown} of ${table.rows.length} rows` : "";
  });
  return element("div", {}, element("label", { class: "filter" }, "Show rows with ", input), count, box);
}
