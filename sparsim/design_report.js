"use strict";
// Names come from files of others: text enters the page through textContent alone.

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c", "#000000"];
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const MOST_CHOICES = 12;
const ROW_PIXELS = 22;
const MARGIN = { left: 66, right: 14, top: 10, bottom: 42 };

const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId("data").textContent);
const columns = report.columns.map(readColumn);
const column = new Map(columns.map((one) => [one.name, one]));
const count = report.num_points;
const state = { x: "", y: "", colour: "", logx: false, logy: false, front: true, point: -1, sort: "position", down: false,
  ranges: new Map(), sets: new Map() };
let visible = [];
let front = [];
let order = [];
let places = new Float32Array(0);
let layers = null;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Columns come as levels with a code a point, or as values; numbers become floats with NaN for none. */
function readColumn(one) {
  const cells = one.codes === undefined ? one.values : one.codes === null
    ? Array(report.num_points).fill(one.levels[0]) : one.codes.map((code) => one.levels[code]);
  const numbers = one.is_number ? Float64Array.from(cells, (cell) => (cell === null ? NaN : cell)) : null;
  const seen = new Set();
  for (const cell of cells) { seen.add(cell); if (seen.size > MOST_CHOICES) break; }
  const choices = seen.size > MOST_CHOICES ? null : [...seen];
  if (choices && one.is_number) choices.sort((a, b) => (a === null) - (b === null) || a - b);
  let [low, high] = [Infinity, -Infinity];
  if (numbers) for (const value of numbers) { if (value < low) low = value; if (value > high) high = value; }
  return { ...one, cells, numbers, choices, low, high, varies: seen.size > 1 };
}

function spansDecades(one) { return one.low > 0 && one.high > 10 * one.low; }

function numberText(value) {
  if (value === null || Number.isNaN(value)) return "";
  if (Number.isInteger(value)) return Math.abs(value) < 1e4 ? String(value) : value.toLocaleString("en");
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e7 ? String(+value.toPrecision(4)) : value.toPrecision(3);
}

function shortNumber(value) {
  for (const [least, size, unit] of [[1e12, 1e12, "T"], [1e9, 1e9, "G"], [1e6, 1e6, "M"], [1e4, 1e3, "k"]]) {
    if (Math.abs(value) >= least) return `${+(value / size).toPrecision(4)}${unit}`;
  }
  return String(+value.toPrecision(4));
}

function cellText(one, point) {
  const cell = one.cells[point];
  return cell === null ? "" : typeof cell === "number" ? numberText(cell) : String(cell);
}

// ---- the address after #: a view that can be sent to somebody, who opens the same file

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const numeric = columns.filter((one) => one.numbers && one.varies);
  const pick = (name, wanted, others) => {
    const found = [given.get(name), ...wanted].find((one) => one !== null && others.some((other) => other.name === one));
    return found ?? others[0]?.name ?? "";
  };
  state.x = pick("x", ["area_mm2", "latency_ms"], numeric);
  state.y = pick("y", ["latency_ms", "energy_mj"], numeric);
  state.colour = pick("colour", ["accelerator", "compression", "network"], columns.filter((one) => one.varies));
  for (const axis of ["x", "y"]) {
    const flag = given.get(`log${axis}`);
    const one = column.get(state[axis]);
    state[`log${axis}`] = flag === null ? Boolean(one && spansDecades(one)) : flag === "1";
  }
  state.front = given.get("front") !== "0";
  if (column.has(given.get("sort"))) state.sort = given.get("sort");
  state.down = given.get("down") === "1";
  state.point = given.has("point") ? column.get("identity").cells.indexOf(given.get("point")) : -1;
  state.ranges.clear();
  state.sets.clear();
  for (const [key, value] of given) {
    const [kind, name] = [key.slice(0, 4), key.slice(4)];
    if (!column.has(name)) continue;
    if (kind === "min." || kind === "max.") setBound(name, kind === "min." ? 0 : 1, Number(value));
    if (kind === "not.") hideValue(name, value, true);
  }
}

function writeAddress() {
  const given = new URLSearchParams();
  for (const name of ["x", "y", "colour", "sort"]) given.set(name, state[name]);
  for (const name of ["logx", "logy", "front", "down"]) given.set(name, state[name] ? "1" : "0");
  if (state.point >= 0) given.set("point", column.get("identity").cells[state.point]);
  for (const [name, [low, high]] of state.ranges) {
    if (low !== -Infinity) given.set(`min.${name}`, low);
    if (high !== Infinity) given.set(`max.${name}`, high);
  }
  for (const [name, hidden] of state.sets) for (const value of hidden) given.append(`not.${name}`, value);
  history.replaceState(null, "", `#${given}`);
}

function setBound(name, end, value) {
  const range = state.ranges.get(name) ?? [-Infinity, Infinity];
  range[end] = Number.isFinite(value) ? value : end ? Infinity : -Infinity;
  if (range[0] === -Infinity && range[1] === Infinity) state.ranges.delete(name); else state.ranges.set(name, range);
}

function hideValue(name, value, isHidden) {
  const hidden = state.sets.get(name) ?? new Set();
  if (isHidden) hidden.add(value); else hidden.delete(value);
  if (hidden.size) state.sets.set(name, hidden); else state.sets.delete(name);
}

// ---- which points are shown, and which of them no other beats

function filterPoints() {
  const tests = [];
  for (const [name, [low, high]] of state.ranges) {
    const { numbers } = column.get(name);
    if (numbers) tests.push((point) => numbers[point] >= low && numbers[point] <= high);
  }
  for (const [name, hidden] of state.sets) {
    const { cells } = column.get(name);
    tests.push((point) => !hidden.has(String(cells[point])));
  }
  visible = [];
  for (let point = 0; point < count; point++) if (tests.every((test) => test(point))) visible.push(point);
  sortRows();
  findFront();
}

/** Points compete at the same work and within a study; points against its constraints do not take part. */
function findFront() {
  const groups = new Map();
  const [x, y] = [column.get(state.x), column.get(state.y)];
  if (!x || !y) { front = []; return; }
  const work = ["study", "network", "bindings", "batch"].map((name) => column.get(name).cells);
  const { cells: violates } = column.get("violates");
  for (const point of visible) {
    if (violates[point] || Number.isNaN(x.numbers[point]) || Number.isNaN(y.numbers[point])) continue;
    const key = JSON.stringify(work.map((cells) => cells[point]));
    if (groups.has(key)) groups.get(key).push(point); else groups.set(key, [point]);
  }
  const cost = (one, point) => (one.larger_is_better ? -one.numbers[point] : one.numbers[point]);
  front = [...groups.values()].map((points) => {
    points.sort((a, b) => cost(x, a) - cost(x, b) || cost(y, a) - cost(y, b));
    let least = Infinity;
    return points.filter((point) => cost(y, point) < least && ((least = cost(y, point)), true));
  });
}

function sortRows() {
  const one = column.get(state.sort) ?? column.get("position");
  const sign = state.down ? -1 : 1;
  order = visible.slice();
  if (one.numbers) {
    const { numbers } = one;
    order.sort((a, b) => (Number.isNaN(numbers[a]) - Number.isNaN(numbers[b])) || sign * (numbers[a] - numbers[b]) || a - b);
  } else {
    order.sort((a, b) => sign * String(one.cells[a]).localeCompare(String(one.cells[b])) || a - b);
  }
}

// ---- the scatter

function axisScale(one, isLog, from, to) {
  let [low, high] = [one.low, one.high];
  if (isLog && low <= 0) {
    low = one.numbers.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
  }
  const map = isLog ? Math.log10 : (value) => value;
  const [first, last] = [map(low), map(high)];
  const room = (last - first || Math.abs(first) || 1) * 0.04;
  const scale = (value) => from + ((map(value) - first + room) / (last - first + 2 * room)) * (to - from);
  return { scale, ticks: isLog ? logTicks(low, high) : linearTicks(low, high) };
}

function linearTicks(low, high) {
  const rough = (high - low) / 6 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) ticks.push(tick);
  return ticks;
}

function logTicks(low, high) {
  const factors = high / low < 100 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

function colourOf() {
  const one = column.get(state.colour);
  if (!one) return () => COLOURS[0];
  if (one.choices && one.choices.length <= COLOURS.length) {
    const colours = new Map(one.choices.map((value, index) => [value, COLOURS[index]]));
    return (point) => colours.get(one.cells[point]);
  }
  if (!one.numbers) return () => COLOURS[6];
  const map = spansDecades(one) ? Math.log : (value) => value;
  const [low, high] = [map(one.low), map(one.high)];
  const shades = Array.from({ length: 64 }, (_, index) => shade(index / 63));
  return (point) => {
    const part = (map(one.numbers[point]) - low) / (high - low);
    return Number.isNaN(part) ? COLOURS[6] : shades[Math.round(part * 63)];
  };
}

function shade(part) {
  const place = part * (RAMP.length - 1);
  const index = Math.min(RAMP.length - 2, Math.floor(place));
  const mixed = RAMP[index].map((from, channel) => Math.round(from + (RAMP[index + 1][channel] - from) * (place - index)));
  return `rgb(${mixed.join(",")})`;
}

function drawScatter() {
  const canvas = byId("scatter");
  const density = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * density;
  canvas.height = height * density;
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  pen.font = "12px sans-serif";
  places = new Float32Array(2 * count).fill(NaN);
  const [x, y] = [column.get(state.x), column.get(state.y)];
  if (!x || !y) { pen.fillText("No figure differs between points.", 20, 30); return; }
  const across = axisScale(x, state.logx, MARGIN.left, width - MARGIN.right);
  const up = axisScale(y, state.logy, height - MARGIN.bottom, MARGIN.top);
  drawAxes(pen, width, height, { across, up, x, y });
  const best = new Set(front.flat());
  byId("numfront").textContent = `(${best.size})`;
  const colour = colourOf();
  const drawDot = (point, size) => {
    pen.fillStyle = colour(point);
    pen.fillRect(places[2 * point] - size / 2, places[2 * point + 1] - size / 2, size, size);
  };
  pen.globalAlpha = state.front ? 0.45 : 0.8;
  for (const point of visible) {
    const [left, top] = [across.scale(x.numbers[point]), up.scale(y.numbers[point])];
    if (!Number.isFinite(left) || !Number.isFinite(top)) continue;
    places[2 * point] = left;
    places[2 * point + 1] = top;
    if (!(state.front && best.has(point))) drawDot(point, visible.length > 3000 ? 3 : 5);
  }
  pen.globalAlpha = 1;
  if (state.front) for (const points of front) drawFront(pen, points, x, drawDot);
  if (state.point >= 0 && Number.isFinite(places[2 * state.point])) {
    pen.lineWidth = 2;
    pen.strokeStyle = "#000";
    pen.beginPath();
    pen.arc(places[2 * state.point], places[2 * state.point + 1], 9, 0, 7);
    pen.stroke();
  }
}

function drawAxes(pen, width, height, { across, up, x, y }) {
  pen.lineWidth = 1;
  pen.strokeStyle = "#e4e4e4";
  pen.fillStyle = "#333";
  pen.textAlign = "center";
  for (const tick of across.ticks) {
    line(pen, across.scale(tick), MARGIN.top, across.scale(tick), height - MARGIN.bottom);
    pen.fillText(shortNumber(tick), across.scale(tick), height - MARGIN.bottom + 15);
  }
  pen.textAlign = "right";
  for (const tick of up.ticks) {
    line(pen, MARGIN.left, up.scale(tick), width - MARGIN.right, up.scale(tick));
    pen.fillText(shortNumber(tick), MARGIN.left - 5, up.scale(tick) + 4);
  }
  pen.strokeStyle = "#333";
  line(pen, MARGIN.left, MARGIN.top, MARGIN.left, height - MARGIN.bottom);
  line(pen, MARGIN.left, height - MARGIN.bottom, width - MARGIN.right, height - MARGIN.bottom);
  pen.textAlign = "center";
  pen.fillText(x.label, (MARGIN.left + width - MARGIN.right) / 2, height - 8);
  pen.save();
  pen.translate(14, (height - MARGIN.bottom + MARGIN.top) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(y.label, 0, 0);
  pen.restore();
}

function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

function drawFront(pen, points, x, drawDot) {
  const corners = points.map((point) => [places[2 * point], places[2 * point + 1]])
    .filter(([left, top]) => Number.isFinite(left) && Number.isFinite(top)).sort((a, b) => a[0] - b[0]);
  pen.strokeStyle = "#000";
  pen.lineWidth = 1.2;
  pen.beginPath();
  corners.forEach(([left, top], index) => {
    if (index) {
      const before = corners[index - 1];
      if (x.larger_is_better) pen.lineTo(before[0], top); else pen.lineTo(left, before[1]);
    }
    pen.lineTo(left, top);
  });
  pen.stroke();
  for (const point of points) if (Number.isFinite(places[2 * point])) drawDot(point, 7);
}

function nearestPoint(event) {
  const box = byId("scatter").getBoundingClientRect();
  const [left, top] = [event.clientX - box.left, event.clientY - box.top];
  let [nearest, least] = [-1, 144];
  for (const point of visible) {
    const distance = (places[2 * point] - left) ** 2 + (places[2 * point + 1] - top) ** 2;
    if (distance < least) [nearest, least] = [point, distance];
  }
  return nearest;
}

function showTip(event) {
  const tip = byId("tip");
  const point = nearestPoint(event);
  tip.hidden = point < 0;
  if (point < 0) return;
  const told = columns.filter((one) => one.role === "choice" && one.varies).map((one) => cellText(one, point));
  tip.textContent = `${told.filter(Boolean).join(" · ")} — ${state.x} ${cellText(column.get(state.x), point)}, `
    + `${state.y} ${cellText(column.get(state.y), point)}`;
  tip.style.left = `${Math.min(places[2 * point] + 12, byId("scatter").clientWidth - 200)}px`;
  tip.style.top = `${places[2 * point + 1] + 12}px`;
}

function drawLegend() {
  const one = column.get(state.colour);
  const parts = [];
  if (one?.choices && one.choices.length <= COLOURS.length) {
    one.choices.forEach((value, index) => {
      const part = element("span");
      const key = element("span", "", "key");
      key.style.background = COLOURS[index];
      part.append(key, value === null || value === "" ? "none" : typeof value === "number" ? numberText(value) : value);
      parts.push(part);
    });
  } else if (one?.numbers) {
    const ramp = element("span", "", "ramp");
    ramp.style.background = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(shade).join(",")})`;
    const scale = element("span", `${one.label} ${numberText(one.low)}`);
    scale.append(ramp, `${numberText(one.high)}${spansDecades(one) ? " (log)" : ""}`);
    parts.push(scale);
  } else if (one) {
    parts.push(element("span", `${one.name}: too many values for colours`, "quiet"));
  }
  byId("legend").replaceChildren(...parts);
}

// ---- table: the rows that are in sight alone

function tableColumns() {
  return columns.filter((one) => one.name !== "identity" && (one.varies || ["position", "network"].includes(one.name)));
}

function drawHead() {
  const row = element("tr");
  for (const one of tableColumns()) {
    const mark = one.name === state.sort ? (state.down ? " ▾" : " ▴") : "";
    const head = element("th", `${one.name}${mark}`, one.numbers ? "number" : "");
    head.title = one.label;
    head.onclick = () => {
      state.down = state.sort === one.name && !state.down;
      state.sort = one.name;
      sortRows();
      drawHead();
      drawRows();
      writeAddress();
    };
    row.append(head);
  }
  document.querySelector("#table thead").replaceChildren(row);
}

function drawRows() {
  const box = byId("scroll");
  const first = Math.max(0, Math.floor(box.scrollTop / ROW_PIXELS) - 8);
  const last = Math.min(order.length, first + Math.ceil(box.clientHeight / ROW_PIXELS) + 16);
  const shown = tableColumns();
  const rows = [spacer(first)];
  for (let index = first; index < last; index++) {
    const point = order[index];
    const row = element("tr", undefined, point === state.point ? "chosen" : "");
    for (const one of shown) row.append(element("td", cellText(one, point), one.numbers ? "number" : ""));
    row.onclick = () => choose(point);
    rows.push(row);
  }
  rows.push(spacer(order.length - last));
  document.querySelector("#table tbody").replaceChildren(...rows);
  byId("shown").textContent = `${order.length.toLocaleString("en")} of ${count.toLocaleString("en")} points`;
}

function spacer(numRows) {
  const row = element("tr");
  row.style.height = `${Math.max(0, numRows) * ROW_PIXELS}px`;
  return row;
}

// ---- one point

function choose(point) {
  state.point = point;
  writeAddress();
  drawScatter();
  drawRows();
  showDetail();
}

function showDetail() {
  const point = state.point;
  if (point < 0) return;
  const parts = [element("h2", `point ${cellText(column.get("position"), point)} of ${cellText(column.get("study"), point)}`)];
  for (const [title, role] of [["configuration", "choice"], ["figures", "figure"]]) {
    const rows = columns.filter((one) => one.role === role && cellText(one, point) !== "")
      .map((one) => [role === "figure" ? one.label : one.name, cellText(one, point)]);
    if (rows.length) parts.push(pairs(title, rows));
  }
  for (const name of ["reason", "violates"]) {
    const text = cellText(column.get(name), point);
    if (text) parts.push(element("p", `${name}: ${text}`));
  }
  const space = element("div");
  space.id = "breakdown";
  parts.splice(1, 0, space);
  parts.push(element("h2", "as a command"), element("code", commandOf(point)));
  byId("detail").replaceChildren(...parts);
  showLayers(point, space);
}

function pairs(title, rows) {
  const table = element("table");
  const head = element("tr");
  head.append(element("th", title), element("th"));
  table.append(head);
  for (const [name, value] of rows) {
    const row = element("tr");
    row.append(element("td", name), element("td", value));
    table.append(row);
  }
  return table;
}

function quoted(text) {
  return /^[\w.:\/=,+%@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function commandOf(point) {
  const cell = (name) => column.get(name)?.cells[point] ?? "";
  const words = ["sparsim", "run", cell("network"), "-a", cell("accelerator")];
  for (const one of columns) {
    if (one.is_field && one.cells[point] !== null) words.push("--set", `${one.name}=${one.cells[point]}`);
  }
  for (const binding of cell("bindings").split(",").filter(Boolean)) words.push("--bind", binding);
  if (cell("batch") !== "") words.push("--batch", cell("batch"));
  if (cell("compression") !== "dense") words.push("--compress", cell("compression"));
  words.push("--objective", cell("objective"), "--mapper", cell("mapper"));
  if (cell("mapper") === "joint") words.push("--time-limit", cell("time_limit_s"));
  return words.map((word) => quoted(String(word))).join(" ");
}

async function showLayers(point, space) {
  layers ??= JSON.parse(byId("layers").textContent);
  const packed = layers[point];
  if (!packed) {
    const why = report.layers_note || "The results file has no layers of this point.";
    space.append(element("p", column.get("status").cells[point] === "ok" ? `${why} The command below prints them.` : "", "quiet"));
    return;
  }
  try {
    const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const found = JSON.parse(await new Response(stream).text());
    if (state.point === point) space.append(layerTable(found));
  } catch (error) {
    space.append(element("p", `The layers of this point cannot be read: ${error.message}`, "quiet"));
  }
}

function layerTable(found) {
  const table = element("table");
  const head = element("tr");
  for (const name of ["layer", "cycles", "", "off-chip B", "mJ", "limited by"]) head.append(element("th", name));
  table.append(head);
  const most = Math.max(...found.map((layer) => layer.total_cycles), 1);
  for (const layer of found) {
    const row = element("tr");
    const name = element("td", layer.name);
    name.title = `${layer.kind}, ${layer.tile}`;
    const bar = element("span", "", "bar");
    bar.style.width = `${(36 * layer.total_cycles) / most}px`;
    const cell = element("td");
    cell.append(bar);
    row.append(name, element("td", numberText(layer.total_cycles), "number"), cell,
      element("td", numberText(layer.off_chip_bytes), "number"), element("td", numberText(layer.energy_mj), "number"),
      element("td", layer.limited_by));
    table.append(row);
  }
  return table;
}

// ---- controls

function drawControls() {
  const numeric = columns.filter((one) => one.numbers && one.varies);
  fillSelect("x", numeric);
  fillSelect("y", numeric);
  fillSelect("colour", columns.filter((one) => one.varies && one.name !== "identity"));
  for (const name of ["logx", "logy", "front"]) byId(name).checked = state[name];
  byId("fields").replaceChildren(...columns.filter((one) => one.varies && !["identity", "position"].includes(one.name))
    .filter((one) => one.numbers || one.choices).map(filterField));
}

function fillSelect(id, choices) {
  byId(id).replaceChildren(...choices.map((one) => {
    const option = element("option", one.name);
    option.value = one.name;
    option.defaultSelected = option.selected = one.name === state[id];
    return option;
  }));
}

function filterField(one) {
  const field = element("fieldset");
  field.append(element("legend", one.name));
  if (one.choices && one.role !== "figure") {
    for (const value of one.choices) {
      const box = element("input");
      box.type = "checkbox";
      box.checked = !state.sets.get(one.name)?.has(String(value));
      box.onchange = () => { hideValue(one.name, String(value), !box.checked); refresh(); };
      const label = element("label");
      label.append(box, value === null || value === "" ? "none" : typeof value === "number" ? numberText(value) : value);
      field.append(label);
    }
    return field;
  }
  [one.low, one.high].forEach((end, index) => {
    const box = element("input");
    box.type = "number";
    box.step = "any";
    box.placeholder = numberText(end);
    box.title = index ? "at most" : "at least";
    const bound = state.ranges.get(one.name)?.[index];
    if (Number.isFinite(bound)) box.value = bound;
    box.onchange = () => { setBound(one.name, index, box.value === "" ? NaN : Number(box.value)); refresh(); };
    field.append(box);
  });
  return field;
}

function refresh() {
  filterPoints();
  byId("scroll").scrollTop = 0;
  drawScatter();
  drawLegend();
  drawRows();
  writeAddress();
}

function start() {
  byId("title").textContent = report.title;
  byId("summary").textContent = report.summary;
  readAddress();
  drawControls();
  filterPoints();
  drawHead();
  drawScatter();
  drawLegend();
  drawRows();
  showDetail();
}

for (const name of ["x", "y"]) {
  byId(name).onchange = () => {
    state[name] = byId(name).value;
    state[`log${name}`] = byId(`log${name}`).checked = spansDecades(column.get(state[name]));
    refresh();
  };
}
byId("colour").onchange = () => { state.colour = byId("colour").value; refresh(); };
for (const name of ["logx", "logy", "front"]) byId(name).onchange = () => { state[name] = byId(name).checked; refresh(); };
byId("reset").onclick = () => { state.ranges.clear(); state.sets.clear(); drawControls(); refresh(); };
byId("scroll").onscroll = () => requestAnimationFrame(drawRows);
byId("scatter").onmousemove = showTip;
byId("scatter").onmouseleave = () => { byId("tip").hidden = true; };
byId("scatter").onclick = (event) => { const point = nearestPoint(event); if (point >= 0) choose(point); };
window.onresize = () => requestAnimationFrame(drawScatter);
window.onhashchange = start;
start();
document.documentElement.dataset.openedMs = Math.round(performance.now());
