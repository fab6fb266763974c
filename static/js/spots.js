// Places are drawn on the picture with the pointer, and moved and resized with the pointer or the arrow keys. The text
// fields hold what counts: everything drawn is written there, and what is typed there is drawn.
const figure = document.querySelector("[data-draw-spots]");
const form = figure.closest("form");
const picture = figure.querySelector("img");
const svg = figure.querySelector("svg");
const list = form.querySelector("[data-rows=spots]");
const chooser = form.querySelector("select[name=picture-media]");
const SVG = "http://www.w3.org/2000/svg";
const STEP = 20; // thousandths of the picture's width
const SMALL_STEP = 2;
const HANDLE = 12;

let active; // the row that is drawn for
let grip; // what the pointer has: { row, point } to move, { row } to draw, with where it was

const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
const field = (row, name) => row.querySelector(`[name$='-${name}']`);
const shapeOf = (row) => field(row, "shape").value;
const down = () => svg.viewBox.baseVal.height;

function pointsOf(row) {
  const numbers = (field(row, "points").value.match(/-?\d+/g) ?? []).map(Number);
  return Array.from({ length: numbers.length >> 1 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

function write(row, points) {
  const within = (number, most) => Math.round(Math.min(Math.max(number, 0), most));
  field(row, "points").value = points.map(([x, y]) => `${within(x, 1000)},${within(y, down())}`).join(" ");
  field(row, "points").dispatchEvent(new Event("input", { bubbles: true }));
}

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function area(row, points, parent) {
  const [[x, y], [toX, toY] = [x, y]] = points;
  if (points.length < 2) return element("circle", { class: "area", cx: x, cy: y, r: 4 }, parent);
  if (shapeOf(row) === "circle") return element("circle", { class: "area", cx: x, cy: y, r: Math.hypot(toX - x, toY - y) }, parent);
  if (shapeOf(row) === "polygon") return element("polygon", { class: "area", points: points.join(" ") }, parent);
  const [width, height] = [Math.abs(toX - x), Math.abs(toY - y)];
  return element("rect", { class: "area", x: Math.min(x, toX), y: Math.min(y, toY), width, height }, parent);
}

// The whole picture anew; what had the focus has it again.
function draw() {
  const focused = svg.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  svg.replaceChildren();
  rows().forEach((row, number) => {
    const points = pointsOf(row);
    if (!points.length) return;
    const name = figure.dataset.place.replace("{number}", number + 1);
    const said = field(row, "name").value;
    const group = element("g", { class: row === active ? "chosen" : "" }, svg);
    const place = element("g", { tabindex: 0, role: "button", "aria-label": said ? `${name}: ${said}` : name, "data-at": `${number}` }, group);
    area(row, points, place);
    const [x, y] = shapeOf(row) === "circle" ? points[0] : points.reduce(([sx, sy], [px, py]) => [sx + px / points.length, sy + py / points.length], [0, 0]);
    element("circle", { class: "badge", cx: x, cy: y, r: 24 }, place);
    element("text", { x, y }, place).textContent = number + 1;
    points.forEach(([px, py], at) => {
      if (at === 0 && points.length > 1 && shapeOf(row) === "circle") return; // its centre moves with the place itself
      const label = figure.dataset.corner.replace("{place}", name).replace("{number}", at + 1);
      element("circle", { class: "corner", cx: px, cy: py, r: HANDLE, tabindex: 0, role: "button", "aria-label": label, "data-at": `${number}-${at}` }, group);
    });
  });
  svg.querySelector(`[data-at="${focused}"]`)?.focus();
}

// The row and the corner that an element of the drawing stands for; no corner: the whole place.
function standsFor(target) {
  const at = target.closest?.("[data-at]")?.dataset.at;
  if (at === undefined) return null;
  const [number, point] = at.split("-").map(Number);
  return { row: rows()[number], point };
}

// A place moves as a whole, and never out of the picture; a corner alone.
function move({ row, point }, x, y) {
  const points = pointsOf(row);
  const moved = point === undefined ? points : [points[point]];
  const room = (by, axis, most) => Math.min(Math.max(by, -Math.min(...moved.map((at) => at[axis]))), most - Math.max(...moved.map((at) => at[axis])));
  const [byX, byY] = [room(x, 0, 1000), room(y, 1, down())];
  write(row, points.map(([px, py], at) => (point === undefined || point === at ? [px + byX, py + byY] : [px, py])));
}

function where(event) {
  const box = svg.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * 1000, ((event.clientY - box.top) / box.height) * down()];
}

svg.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  const at = where(event);
  grip = standsFor(event.target);
  if (grip) {
    active = grip.row;
    svg.querySelector(`[data-at="${event.target.closest("[data-at]").dataset.at}"]`).focus();
  } else {
    const row = active?.isConnected ? active : rows().find((one) => !pointsOf(one).length);
    if (!row) return;
    active = row;
    if (shapeOf(row) === "polygon") write(row, [...pointsOf(row), at]);
    else grip = { row, from: at };
  }
  if (grip) grip.at = at;
  svg.setPointerCapture(event.pointerId);
  event.preventDefault();
  draw();
});

svg.addEventListener("pointermove", (event) => {
  if (!grip) return;
  const at = where(event);
  if (grip.from) write(grip.row, [grip.from, at]);
  else {
    move(grip, Math.round(at[0] - grip.at[0]), Math.round(at[1] - grip.at[1]));
    grip.at = grip.at.map((was, axis) => was + Math.round(at[axis] - was));
  }
});

for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (grip = null));

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
svg.addEventListener("keydown", (event) => {
  const thing = standsFor(event.target);
  const arrow = ARROWS[event.key];
  if (!thing || !arrow) return;
  event.preventDefault();
  active = thing.row;
  const step = event.shiftKey ? SMALL_STEP : STEP;
  move(thing, arrow[0] * step, arrow[1] * step);
});

list.addEventListener("focusin", (event) => {
  active = event.target.closest("[data-row]");
  draw();
});
list.addEventListener("input", draw);
list.addEventListener("change", draw);
list.addEventListener("rows", draw);

chooser.addEventListener("change", () => {
  const { address, width, height } = chooser.selectedOptions[0].dataset;
  figure.hidden = !address;
  if (!address) return;
  picture.src = address;
  picture.width = width;
  picture.height = height;
  svg.setAttribute("viewBox", `0 0 1000 ${Math.round((1000 * height) / width) || 1000}`);
  draw();
});

figure.querySelector("[data-how]").hidden = false;
svg.classList.add("drawable");
draw();
