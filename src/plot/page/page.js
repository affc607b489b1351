// The page: puts what the document says into its places.
"use strict";

function fillAnswer(page) {
  const headline = document.getElementById("headline");
  headline.textContent = page.headline;
  headline.classList.add(page.state);
  const most = 10,
    items = page.answers.map((answer) => element("li", { class: answer.state }, answer.text));
  const list = document.getElementById("answers"),
    rest = items.splice(most);
  list.append(...items);
  if (rest.length > 0)
    list.after(
      element(
        "details",
        { class: "more" },
        element("summary", {}, `${rest.length} more`),
        element("ul", { class: "answers" }, ...rest),
      ),
    );
}

function addText(place, summary, text) {
  if (!text) return;
  place.append(
    element(
      "details",
      {},
      element("summary", {}, summary),
      element("pre", { tabindex: "0", "aria-label": summary }, text),
    ),
  );
}

function fillQuestion(page) {
  const facts = document.getElementById("facts"),
    more = document.getElementById("asked-more");
  for (const [name, value] of page.facts) facts.append(element("dt", {}, name), element("dd", {}, value));
  addText(more, "The model's text", page.source);
  addText(more, "The model as it was understood (JSON)", page.model);
  for (const report of page.report)
    addText(more, report.name ? `The report in plain text: ${report.name}` : "The report in plain text", report.text);
}

function fillCharts(page) {
  const place = document.getElementById("chart-list");
  const drawn = page.charts.map((chart) => makeChart(chart, page.palette));
  place.append(...drawn.map((chart) => chart.figure));
  if (page.charts.length === 0)
    document.getElementById("charts").hidden = document.getElementById("to-charts").hidden = true;
  if (page.left_out.length > 0)
    place.after(
      element("p", { class: "hint" }, `Not on this page, but drawn by sojourn plot: ${page.left_out.join(", ")}.`),
    );
  drawSoon(drawn);
}

function fillTables(page) {
  const place = document.getElementById("table-list");
  for (const table of page.tables) {
    if (table.rows.length <= 40) {
      place.append(makeTable(table));
      continue;
    }
    // A long one is made when it is looked at.
    const details = element("details", {}, element("summary", {}, `${table.caption} (${table.rows.length})`));
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      details.append(makeTable(table));
      if (table.left_out > 0)
        details.append(
          element("p", { class: "hint" }, `${table.left_out} more are in the results file: sojourn show prints them.`),
        );
    });
    place.append(details);
  }
}

function fillRepeat(page) {
  const command = document.getElementById("command"),
    copy = document.getElementById("copy"),
    how = document.getElementById("repeat-how");
  if (page.command) {
    if (page.engine === "measure") how.textContent = "The command measures anew: what comes depends on the machine and on what else it does.";
    command.textContent = page.command;
    copy.addEventListener("click", () => {
      navigator.clipboard?.writeText(page.command).then(
        () => {
          copy.textContent = "Copied";
        },
        () => {},
      );
    });
  } else {
    how.textContent = "The results do not tell by which command they were made.";
    command.hidden = copy.hidden = true;
  }
  const notes = document.getElementById("notes");
  if (page.notes.length === 0) document.getElementById("notes-section").hidden = true;
  notes.append(...page.notes.map((note) => element("li", {}, note)));
}

(function () {
  const page = JSON.parse(document.getElementById("data").textContent);
  fillAnswer(page);
  fillQuestion(page);
  fillTables(page);
  fillRepeat(page);
  fillCharts(page);
})();
