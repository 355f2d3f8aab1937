// Which points are shown, and which of them no other beats.

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
