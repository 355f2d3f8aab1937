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
