// Says to the server that an activity is open, how long it was visible and in use, and where in it the person is. A GET
// never writes, so the page says it: once on opening, then when it is left or hidden, and every few minutes between.
// Each report has a number within its sitting, so that none counts twice; the server caps what it believes.
const root = document.querySelector("[data-time]");
const IDLE_MS = 60000; // without a sign of the person, it is visible but not in use
const EVERY_MS = 300000;
const SLEPT_MS = 5000; // a longer step is a machine that slept
const NEAR_MS = 1000;

const text = document.querySelector(".prose > .body");
const players = [...document.querySelectorAll(".body video[src], .body audio[src]")];
const hashOf = (player) => player.getAttribute("src").match(/[0-9a-f]{64}/)?.[0];

let sitting;
let sequence;
let visible = 0;
let used = 0;
let lastStep = performance.now();
let lastSign = performance.now();
let lastSent = performance.now();
let share = Number(root?.dataset.share || 0);
const media = {};
let movedAt = null; // since the last report; null: nowhere else than before

const step = () => {
  const now = performance.now();
  const passed = Math.min(now - lastStep, SLEPT_MS);
  lastStep = now;
  if (document.visibilityState !== "visible" || document.prerendering) return;
  visible += passed;
  const playing = players.some((player) => !player.paused && !player.ended);
  if (playing || now - lastSign < IDLE_MS) used += passed;
};

const send = (leaving) => {
  const body = new URLSearchParams({
    csrf_token: root.dataset.token, sitting, sequence, visible: Math.round(visible / 1000), used: Math.round(used / 1000),
  });
  if (movedAt !== null) {
    body.set("share", share.toFixed(4));
    body.set("media", JSON.stringify(media));
    body.set("ago", Math.round((performance.now() - movedAt) / 1000));
  }
  sequence += 1;
  visible = used = 0;
  movedAt = null;
  lastSent = performance.now();
  if (leaving && navigator.sendBeacon?.(root.dataset.time, body)) return;
  fetch(root.dataset.time, { method: "POST", body, keepalive: true, headers: { "X-Requested-With": "fetch" } }).catch(() => {});
};

const begin = () => {
  sitting = crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 40);
  sequence = 0;
  visible = used = 0;
  lastStep = lastSign = performance.now();
  send(false);
};

const leave = () => {
  step();
  if (visible >= NEAR_MS || movedAt !== null) send(true);
};

// How far the person is: what stands a third down the window, as a share of the text.
const see = () => {
  const box = text.getBoundingClientRect();
  if (!box.height || box.height < innerHeight) return;
  const seen = box.bottom <= innerHeight ? 1 : Math.min(1, Math.max(0, (innerHeight / 3 - box.top) / box.height));
  if (Math.abs(seen - share) < 0.005) return;
  share = seen;
  movedAt = performance.now();
};

// Where they were is offered, never jumped to: a page that moves by itself loses whoever reads by ear or by keyboard.
const offer = () => {
  const was = Number(root.dataset.share || 0);
  const { further, there, here } = root.dataset;
  if (!text || !further || location.hash || was < 0.05 || was > 0.97 || text.offsetHeight < innerHeight) return;
  const blocks = [...text.children];
  const top = text.getBoundingClientRect().top;
  const block = blocks.filter((one) => one.getBoundingClientRect().top - top <= was * text.offsetHeight).at(-1);
  if (!block || block === blocks[0]) return;
  const line = Object.assign(document.createElement("p"), { className: "resume" });
  const go = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: there });
  line.append(`${further} `, go);
  go.addEventListener("click", () => {
    const mark = Object.assign(document.createElement("p"), { className: "here", textContent: here, tabIndex: -1 });
    block.before(mark);
    line.remove();
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "start" });
  });
  text.before(line);
};

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const offerMedia = (player) => {
  const hash = hashOf(player);
  const at = JSON.parse(root.dataset.media || "{}")[hash];
  player.addEventListener("timeupdate", () => {
    if (player.seeking || player.currentTime < 1) return;
    media[hash] = player.ended ? 0 : Math.floor(player.currentTime);
    movedAt = performance.now();
  });
  if (!at || at < 5 || !root.dataset.resume) return;
  const line = Object.assign(document.createElement("p"), { className: "resume" });
  const go = Object.assign(document.createElement("button"), {
    type: "button", className: "button quiet small", textContent: root.dataset.resume.replace("{time}", clock(at)),
  });
  go.addEventListener("click", () => {
    player.currentTime = at;
    player.play().catch(() => {});
    player.focus();
  });
  player.addEventListener("play", () => line.remove(), { once: true });
  line.append(go);
  player.before(line);
};

const start = () => {
  begin();
  for (const sign of ["pointerdown", "pointermove", "keydown", "scroll", "input", "touchstart"]) {
    addEventListener(sign, () => { lastSign = performance.now(); }, { passive: true, capture: true });
  }
  setInterval(() => {
    step();
    if (visible >= NEAR_MS && performance.now() - lastSent > EVERY_MS) send(false);
  }, 1000);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
    else lastStep = performance.now();
  });
  offer();
  for (const player of players) if (hashOf(player)) offerMedia(player);
  if (text) addEventListener("scroll", see, { passive: true });
};

if (root) {
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
}
