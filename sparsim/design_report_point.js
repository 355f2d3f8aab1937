// One point.

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
