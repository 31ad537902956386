"use strict";
// Bundled with Vega by vl-convert, which supplies `vegaEmbed`. Expressions are interpreted, never
// compiled, so the page's policy allows no eval. Without scripts the drawn charts stand as they are.
const said = JSON.parse(document.getElementById("charts").textContent);
const phone = matchMedia("(max-width: 47.99em)");
const views = {};

async function draw(name, width) {
  const place = `${name}-${width}`;
  if (views[place]) return;
  views[place] = "pending";
  const box = document.getElementById(`chart-${place}`);
  const live = document.createElement("div");
  const embedded = await vegaEmbed(live, said[name][width], {
    mode: "vega", ast: true, renderer: "svg", actions: false, defaultStyle: false, hover: true,
    tooltip: { disableDefaultStyle: true, offsetX: 12, offsetY: 12 },
  });
  const drawing = live.querySelector("svg");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  box.replaceChildren(live);
  box.classList.add("live");
  views[place] = embedded.view;
  for (const button of document.querySelectorAll(`button[data-chart="${name}"]`)) apply(button);
}

function apply(button) {
  const shown = button.getAttribute("aria-pressed") === "true";
  for (const width of ["wide", "narrow"]) {
    const view = views[`${button.dataset.chart}-${width}`];
    if (view && view !== "pending") view.signal(button.dataset.param, shown).runAsync();
  }
}

for (const key of document.querySelectorAll(".series .key")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = key.className;
  button.textContent = key.textContent;
  Object.assign(button.dataset, key.dataset);
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply(button);
  });
  key.replaceWith(button);
}

async function all() {
  const width = phone.matches ? "narrow" : "wide";
  for (const name of Object.keys(said)) await draw(name, width);
  document.documentElement.dataset.charts = width;
}

phone.addEventListener("change", all);
all();
