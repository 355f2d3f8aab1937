// Table: the rows that are in sight alone.

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
