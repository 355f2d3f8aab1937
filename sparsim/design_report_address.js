// The address after #: a view that can be sent to somebody, who opens the same file.

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
  // The page has the first characters of identities; a results file has them whole, and either opens the point.
  const point = given.get("point");
  state.point = point ? column.get("identity").cells.findIndex((one) => point.startsWith(one)) : -1;
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
