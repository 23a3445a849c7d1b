"use strict";
// How numbers are shown: the suffix of a name is its unit.

const PREFIXES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"]];

/** The unit of a number, how many of it one is, and whether it takes prefixes. */
function unitOf(name) {
  const stem = name.split(".")[0];
  if (stem === "utilization") return { unit: "%", scale: 100, prefixes: false };
  if (stem.endsWith("_mm2")) return { unit: " mm²", scale: 1, prefixes: false };
  if (stem.endsWith("_pj")) return { unit: "J", scale: 1e-12, prefixes: true };
  if (stem.endsWith("_bits")) return { unit: "bit", scale: 1, prefixes: true };
  if (stem.endsWith("_w")) return { unit: "W", scale: 1, prefixes: true };
  if (stem.endsWith("_s")) return { unit: "s", scale: 1, prefixes: true };
  return { unit: "", scale: 1, prefixes: false };
}

/** The name of a number without its unit: that stands beside each value. */
function titleOf(name) {
  return name.replace(/_(s|pj|mm2|w|bits)(?=\.|$)/, "").replace(".", ", ").replaceAll("_", " ");
}

/** A number without its unit, of four digits at most. */
function digits(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en");
  return String(Number(value.toPrecision(4)));
}

/** A number as a person reads it. */
function shown(name, value) {
  const { unit, scale, prefixes } = unitOf(name);
  const scaled = value * scale;
  if (!prefixes) return digits(scaled) + unit;
  const [size, prefix] = PREFIXES.find(([least]) => Math.abs(scaled) >= least) || PREFIXES[scaled ? PREFIXES.length - 1 : 4];
  return `${digits(scaled / size)} ${prefix}${unit}`;
}

/** An element with text, and what else it has. */
function element(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, more);
}

/** Fill a table: columns are [heading, is text]. */
function fillTable(table, columns, rows) {
  const head = element("tr", "");
  for (const [heading, text] of columns) head.append(element("th", heading, { className: text ? "text" : "" }));
  const body = element("tbody", "");
  for (const cells of rows) {
    const row = element("tr", "");
    cells.forEach((cell, i) => row.append(element("td", cell, { className: columns[i][1] ? "text" : "" })));
    body.append(row);
  }
  const top = element("thead", "");
  top.append(head);
  table.replaceChildren(top, body);
  return body;
}

/** A colour of the style sheet. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** What all plots have in common. */
function layout(more) {
  const line = { gridcolor: colour("line"), linecolor: colour("line"), zeroline: false, automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 13, color: colour("ink") },
    hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink"), size: 12 }, align: "left" },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("line"), activecolor: colour("soft") },
    margin: { l: 60, r: 20, t: 20, b: 50 }, hovermode: "closest",
    ...more, xaxis: { ...line, ...more.xaxis }, yaxis: { ...line, ...more.yaxis },
  };
}

// The buttons by name: the library's own set has one that sends a plot to a server.
const BUTTONS = [["toImage", "zoom2d", "pan2d", "resetScale2d"]];
const CONFIG = { displaylogo: false, responsive: true, modeBarButtons: BUTTONS, plotlyServerURL: "" };
