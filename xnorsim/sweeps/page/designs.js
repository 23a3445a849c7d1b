"use strict";
// All designs in one plot, the chosen one beside it, the front below.

const data = JSON.parse(document.getElementById("data").textContent);
const points = data.points;
const FRONT = 0, INSIDE = 1, OUTSIDE = 2;
const GROUPS = [[OUTSIDE, "outside the constraints"], [INSIDE, "other designs"], [FRONT, "the front"]];
const at = (id) => document.getElementById(id);
const varying = data.axes.map((axis, i) => [axis, i]).filter(([axis]) => axis.varies);
const numberOf = (name) => points.numbers[data.numbers.indexOf(name)];
let chosen = null;

/** The text of an axis of the design space at a point. */
function axisText(axis, point) {
  return data.axes[axis].texts[points.axes[axis][point]];
}

/** All that a design is, and its numbers: pairs of name and text. */
function described(point) {
  const pairs = data.workloads.length > 1 ? [["workload", data.workloads[points.workload[point]]]] : [];
  if (data.technologies.length > 1) pairs.push(["technology", data.technologies[points.technology[point]]]);
  data.numbers.forEach((name, i) => pairs.push([titleOf(name), shown(name, points.numbers[i][point])]));
  varying.forEach(([axis, i]) => pairs.push([axis.name, axisText(i, point)]));
  return pairs;
}

/** What hovering shows: the designs, where several stand at one place. */
function hovers(indices, x, y) {
  const places = new Map();
  indices.forEach((i) => places.set(`${x(i)} ${y(i)}`, [...(places.get(`${x(i)} ${y(i)}`) || []), points.row[i]]));
  return indices.map((i) => {
    const rows = places.get(`${x(i)} ${y(i)}`).filter((row) => row !== points.row[i]), more = rows.length > 4 ? " ..." : "";
    const lines = described(i).map(([key, text]) => `${key}  <b>${text}</b>`);
    return [`<b>design ${points.row[i]}</b>`, ...lines, ...(rows.length ? [`at the same place: ${rows.slice(0, 4).join(", ")}${more}`] : [])].join("<br>");
  });
}

/** The accelerator file of a design: the base's, with a value in the place of each marker. */
function tomlOf(point) {
  let text = data.template.replaceAll("@row@", points.row[point]);
  data.axes.forEach((axis, i) => {
    text = text.replace(`"${axis.marker}"`, () => axis.literals[points.axes[i][point]]);
  });
  return text;
}

/** An axis of the plot: logarithmic where it can be, with ticks at 1, 2 and 5 where it is long. */
function plotAxis(name) {
  const numbers = numberOf(name);
  const least = Math.min(...numbers), most = Math.max(...numbers), type = at("log").checked && least > 0 ? "log" : "linear";
  const ticks = type === "log" && most > 10 * least ? { dtick: "D2" } : {};
  return { title: { text: titleOf(name) }, type, ...tickTexts(name), ...ticks };
}

/** How the ticks of a number are written: each with its unit, and a prefix where the unit takes one. */
function tickTexts(name) {
  const { unit, prefixes } = unitOf(name);
  return { tickformat: prefixes ? "~s" : "~g", ticksuffix: unit };
}

/** What colours the marks: a number, or the place of an axis's value. */
function colouring(indices) {
  const by = at("colour").value;
  if (!by) return null;
  const axis = data.axes.findIndex((one) => one.name === by);
  const bar = { title: { text: axis < 0 ? titleOf(by) : by, side: "right" }, thickness: 12, outlinewidth: 0 };
  if (axis < 0) return { values: indices.map((i) => numberOf(by)[i] * unitOf(by).scale), bar: { ...bar, ...tickTexts(by) }, range: null };
  const texts = data.axes[axis].texts, step = Math.ceil(texts.length / 12);
  const ticks = texts.map((_, i) => i).filter((i) => i % step === 0);
  return {
    values: indices.map((i) => points.axes[axis][i]), range: [0, Math.max(1, texts.length - 1)],
    bar: { ...bar, tickvals: ticks, ticktext: ticks.map((i) => texts[i]) },
  };
}

function marks(group, name, indices) {
  const front = group === FRONT, coloured = group === OUTSIDE ? null : colouring(indices);
  const [x, y] = ["x", "y"].map((id) => (i) => numberOf(at(id).value)[i] * unitOf(at(id).value).scale);
  const plain = colour(["front", "other", "outside"][group]);
  return {
    name: `${name} (${indices.length.toLocaleString("en")})`, type: "scatter", mode: "markers", customdata: indices,
    x: indices.map(x), y: indices.map(y), text: hovers(indices, x, y),
    hovertemplate: "%{text}<extra></extra>",
    marker: {
      size: front ? 10 : 6, opacity: front ? 1 : 0.6, symbol: group === OUTSIDE ? "circle-open" : front ? "diamond" : "circle",
      line: { width: front ? 1 : 0, color: colour("paper") }, color: coloured ? coloured.values : plain,
      ...(coloured ? { colorscale: "Viridis", showscale: front, colorbar: coloured.bar, ...(coloured.range ? { cmin: coloured.range[0], cmax: coloured.range[1] } : {}) } : {}),
    },
  };
}

/** The steps of the front, where it is a line: two objectives, and both of them shown. */
function steps(front) {
  const x = at("x").value, y = at("y").value, names = data.objectives.map((one) => one.name);
  if (names.length !== 2 || x === y || !names.includes(x) || !names.includes(y)) return [];
  const order = [...front.x.keys()].sort((a, b) => front.x[a] - front.x[b]);
  const shape = data.objectives.find((one) => one.name === x).direction === "minimize" ? "hv" : "vh";
  return [{
    type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false, line: { shape, width: 1.5, color: colour("front") },
    x: order.map((i) => front.x[i]), y: order.map((i) => front.y[i]),
  }];
}

/** Where the ring around the chosen design is, and its name. */
function ringed() {
  const places = ["x", "y"].map((id) => (chosen === null ? [] : [numberOf(at(id).value)[chosen] * unitOf(at(id).value).scale]));
  return { x: places[0], y: places[1], name: chosen === null ? "" : `design ${points.row[chosen]}`, showlegend: chosen !== null };
}

function ring() {
  const marker = { size: 20, symbol: "circle-open", color: colour("chosen"), line: { width: 2.5 } };
  return { type: "scatter", mode: "markers", hoverinfo: "skip", marker, ...ringed() };
}

/** Move the ring alone: to draw all designs takes longer than a click may. */
function moveRing() {
  const { x, y, ...more } = ringed();
  Plotly.restyle("plot", { x: [x], y: [y], ...more }, [at("plot").data.length - 1]);
}

/** Draw the designs of one network: the front over the others, the ring over both. */
function draw() {
  const workload = Number(at("workload").value);
  const traces = GROUPS.flatMap(([group, name]) => {
    const indices = [...points.row.keys()].filter((i) => points.group[i] === group && points.workload[i] === workload);
    if (!indices.length) return [];
    const trace = marks(group, name, indices);
    return group === FRONT ? [...steps(trace), trace] : [trace];
  });
  Plotly.react("plot", [...traces, ring()], layout({
    xaxis: plotAxis(at("x").value), yaxis: plotAxis(at("y").value), legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
    margin: { l: 70, r: 20, t: 40, b: 60 },
  }), CONFIG);
}

/** Show a design beside the plot, and why it is as it is. */
function choose(point) {
  const stays = Number(at("workload").value) === points.workload[point];
  chosen = point;
  at("workload").value = points.workload[point];
  const row = points.row[point];
  at("name").textContent = `Design ${row}${points.group[point] === FRONT ? ", on the front" : ""}`;
  at("numbers").replaceChildren(...described(point).flatMap(([key, text]) => [element("dt", key), element("dd", text)]));
  at("toml").textContent = tomlOf(point);
  const named = `design-${row}.toml`, workload = data.commands[points.workload[point]];
  at("command").textContent = `xnorsim run ${workload} --accelerator ${named} --technology ${data.technologies[points.technology[point]]}`;
  at("chosen").hidden = false;
  at("hint").hidden = true;
  for (const line of at("front").querySelectorAll("tbody tr")) line.classList.toggle("is-chosen", Number(line.dataset.row) === row);
  (stays ? moveRing : draw)();
  explain(row);
}

function fillFront() {
  const columns = [["row", false], ["network", true], ["technology", true], ...data.numbers.map((name) => [titleOf(name), false]),
    ...varying.map(([axis]) => [axis.name, false])];
  const front = [...points.row.keys()].filter((i) => points.group[i] === FRONT);
  const body = fillTable(at("front"), columns, front.map((i) => [
    points.row[i], data.workloads[points.workload[i]], data.technologies[points.technology[i]],
    ...data.numbers.map((name) => shown(name, numberOf(name)[i])), ...varying.map(([, axis]) => axisText(axis, i)),
  ]));
  [...body.rows].forEach((line, place) => {
    Object.assign(line, { tabIndex: 0, onclick: () => choose(front[place]) });
    line.onkeydown = (event) => event.key === "Enter" && choose(front[place]);
    line.dataset.row = points.row[front[place]];
  });
}

function fillControls() {
  const options = (id, names) => at(id).replaceChildren(...names.map(([value, text]) => element("option", text, { value })));
  const numbers = data.numbers.map((name) => [name, titleOf(name)]);
  options("workload", data.workloads.map((name, i) => [i, name]));
  options("x", numbers);
  options("y", numbers);
  options("colour", [["", "none"], ...varying.map(([axis]) => [axis.name, axis.name]), ...numbers]);
  at("workloads").hidden = data.workloads.length === 1;
  at("y").value = data.numbers[Math.min(1, data.numbers.length - 1)];
  for (const id of ["workload", "x", "y", "colour", "log"]) at(id).onchange = draw;
}

function fillTexts() {
  at("title").textContent = data.title;
  at("counts").textContent = data.counts;
  at("drawn").textContent = data.drawn;
  at("copy").onclick = async () => {
    getSelection().selectAllChildren(at("toml"));
    await navigator.clipboard.writeText(at("toml").textContent).then(() => { at("copy").textContent = "Copied"; }, () => {});
  };
  at("save").onclick = () => {
    const href = URL.createObjectURL(new Blob([at("toml").textContent], { type: "text/plain" }));
    element("a", "", { href, download: `design-${points.row[chosen]}.toml` }).click();
    URL.revokeObjectURL(href);
  };
}

fillTexts();
fillControls();
fillFront();
draw();
at("plot").on("plotly_click", (event) => event.points[0].customdata !== undefined && choose(event.points[0].customdata));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  draw();
  if (chosen !== null) explain(points.row[chosen]);
});
if (data.chosen !== null) choose(points.row.indexOf(data.chosen));
