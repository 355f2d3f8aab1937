// The scatter.

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
