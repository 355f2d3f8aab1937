// Controls.

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
