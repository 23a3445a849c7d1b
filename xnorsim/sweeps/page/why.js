"use strict";
// Why the chosen design is as it is: how its objectives move, and what bounds its layers.

const BOUNDS = { issue: "#2f9e44", drain: "#99d067", load: "#1c7ed6", store: "#74c0fc", flush: "#9775fa", vector: "#f08c00", dram: "#e03131" };
const LINES = ["#e8590c", "#1c7ed6", "#2f9e44", "#ae3ec9", "#f59f00"];

/** Show the reasons of a row, or how to get them. */
function explain(row) {
  const reasons = data.why[row];
  at("why").hidden = false;
  at("why").querySelector(".row").textContent = row;
  at("reasons").hidden = !reasons;
  at("without").textContent = reasons ? "" : `Not worked out for this design. This does: xnorsim pareto ${data.directory} --why ${row}`;
  if (!reasons) return;
  drawMoves(reasons.moves);
  drawRoofline(reasons);
  fillLayers(reasons.layers);
}

/** One small plot for each axis: the change of each objective against the chosen design. */
function drawMoves(moves) {
  at("moves").hidden = !moves.length;
  if (!moves.length) return;
  const across = Math.min(innerWidth > 1100 ? 3 : innerWidth > 700 ? 2 : 1, moves.length), down = Math.ceil(moves.length / across), traces = [], axes = {};
  moves.forEach((move, place) => {
    const end = place ? place + 1 : "", now = move.place;
    data.objectives.forEach(({ name }, i) => {
      const numbers = move.objectives[i];
      traces.push({
        type: "scatter", mode: "lines+markers", name: titleOf(name), legendgroup: name, showlegend: !place, xaxis: `x${end}`, yaxis: `y${end}`,
        x: move.values, y: numbers.map((number) => (number === null ? null : 100 * (number / numbers[now] - 1))),
        text: numbers.map((number) => (number === null ? "" : shown(name, number))), line: { color: LINES[i % LINES.length], width: 2 },
        marker: { size: move.values.map((_, at) => (at === now ? 11 : 6)), symbol: move.values.map((_, at) => (at === now ? "diamond" : "circle")) },
        hovertemplate: `${move.axis} %{x}<br>${titleOf(name)} <b>%{text}</b> (%{y:+.1f} %)<extra></extra>`,
      });
    });
    const refused = move.rules.map((rule, at) => [rule, at]).filter(([rule]) => rule);
    traces.push({
      type: "scatter", mode: "markers", showlegend: false, xaxis: `x${end}`, yaxis: `y${end}`, x: refused.map(([, at]) => move.values[at]),
      y: refused.map(() => 0), marker: { symbol: "x-thin", size: 9, line: { width: 2, color: colour("front") } },
      text: refused.map(([rule]) => rule.replace(/(.{50,70}) /g, "$1<br>")), hovertemplate: "%{x}: %{text}<extra></extra>",
    });
    const line = { gridcolor: colour("line"), zerolinecolor: colour("soft"), automargin: true };
    axes[`xaxis${end}`] = { ...line, type: "category", categoryorder: "array", categoryarray: move.values, title: { text: move.axis, font: { size: 12 } } };
    axes[`yaxis${end}`] = { ...line, ticksuffix: " %", tickformat: "+~g", zeroline: true };
  });
  at("moves").style.height = `${down * 17 + 4}rem`;
  const grid = { rows: down, columns: across, pattern: "independent", ygap: 0.35, xgap: 0.12 };
  const { xaxis, yaxis, ...common } = layout({ grid, legend: { orientation: "h", y: 1.03, yanchor: "bottom" }, margin: { l: 60, r: 20, t: 40, b: 60 } });
  Plotly.react("moves", traces, { ...common, ...axes }, CONFIG);
}

/** The layers under their roofs. */
function drawRoofline({ layers, roofs }) {
  const done = layers.filter((layer) => layer.macs), traces = [];
  const by = (layer, bits) => layer.macs / layer[bits];
  const places = done.flatMap((layer) => ["port_bits", "dram_bits"].filter((bits) => layer[bits]).map((bits) => by(layer, bits)));
  const from = Math.min(...places) / 2, to = Math.max(...places) * 2;
  for (const roof of roofs) {
    const ends = roof.bits_per_cycle ? [from, to].map((x) => x * roof.bits_per_cycle) : [roof.macs_per_cycle, roof.macs_per_cycle];
    traces.push({
      type: "scatter", mode: "lines", name: roof.name, x: [from, to], y: ends, hovertemplate: `${roof.name}<extra></extra>`,
      line: { color: colour("soft"), width: 1.5, dash: { array: "solid", port: "dash", dram: "dot" }[roof.kind] },
    });
  }
  for (const [bound, shade] of Object.entries(BOUNDS)) {
    const bounded = done.filter((layer) => layer.bound_by === bound);
    if (!bounded.length) continue;
    for (const [bits, symbol] of [["port_bits", "circle"], ["dram_bits", "circle-open"]]) {
      const those = bounded.filter((layer) => layer[bits]);
      traces.push({
        type: "scatter", mode: "markers", name: `bound by ${bound}`, legendgroup: bound, showlegend: bits === "port_bits",
        x: those.map((layer) => by(layer, bits)), y: those.map((layer) => layer.macs_per_cycle), marker: { symbol, size: 10, color: shade, line: { width: 2 } },
        text: those.map((layer) => `<b>${layer.name}</b>, ${layer.operation}<br>${digits(layer.cycles)} cycles, ${(100 * layer.share).toFixed(1)} % of all`),
        hovertemplate: `%{text}<br>%{y:.4~g} MACs a cycle, %{x:.4~g} a bit of ${bits === "port_bits" ? "port" : "DRAM"} traffic<extra></extra>`,
      });
    }
  }
  Plotly.react("roofline", traces, layout({
    xaxis: { type: "log", dtick: 1, title: { text: "MACs a bit moved" } }, yaxis: { type: "log", dtick: 1, title: { text: "MACs a cycle" } },
  }), CONFIG);
}

function fillLayers(layers) {
  const causes = Object.keys(BOUNDS).filter((cause) => layers.some((layer) => layer.spent[cause]));
  const columns = [["layer", true], ["operation", true], ["cycles", false], ["share", false], ["bound by", true],
    ...causes.map((cause) => [cause, false]), ["MACs", false], ["MACs a cycle", false], ["lowest roof", true], ["of it", false]];
  fillTable(at("layers"), columns, layers.map((layer) => [
    layer.name, layer.operation, digits(layer.cycles), `${(100 * layer.share).toFixed(1)} %`, layer.bound_by,
    ...causes.map((cause) => digits(layer.spent[cause])), digits(layer.macs), layer.macs ? digits(layer.macs_per_cycle) : "",
    layer.lowest_roof, layer.lowest_roof ? `${(100 * layer.of_roof).toFixed(0)} %` : "",
  ]));
}
