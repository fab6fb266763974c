// Videos and sounds in a lesson: how fast they play, and their captions, shown from the start. A video on another site
// is a picture until somebody asks for it: nothing is loaded from there before.
import { stored } from "./store.js";

const words = document.querySelector("[data-media]").dataset;
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const KEY = "speed";
const EMBEDDED = {
  "youtube.com": (url) => youtube(url.searchParams.get("v") ?? url.pathname.match(/^\/(?:shorts|embed|live)\/([\w-]+)/)?.[1], url),
  "youtu.be": (url) => youtube(url.pathname.slice(1), url),
  "vimeo.com": (url) => {
    const [, id, hash] = url.pathname.match(/^\/(?:video\/)?(\d+)(?:\/(\w+))?/) ?? [];
    return id && `https://player.vimeo.com/video/${id}?autoplay=1&dnt=1${hash ? `&h=${hash}` : ""}`;
  },
};

const youtube = (id, url) => {
  const from = parseInt(url.searchParams.get("t") ?? url.searchParams.get("start") ?? "0", 10) || 0;
  return /^[\w-]{6,20}$/.test(id ?? "") ? `https://www.youtube-nocookie.com/embed/${id}?autoplay=1&rel=0${from ? `&start=${from}` : ""}` : undefined;
};

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const players = [...document.querySelectorAll(".body video[src], .body audio[src], .draft video[src], .draft audio[src]")];

const setSpeed = (speed) => {
  for (const player of players) player.playbackRate = player.defaultPlaybackRate = speed;
  for (const control of document.querySelectorAll(".speed select")) control.value = speed;
};

for (const player of players) {
  const label = document.createElement("label");
  const select = document.createElement("select");
  const name = document.createElement("span");
  label.className = "speed";
  name.textContent = words.speed;
  for (const speed of SPEEDS) select.append(new Option(`${number.format(speed)} ×`, speed));
  select.addEventListener("change", () => {
    setSpeed(Number(select.value));
    stored((store) => store.setItem(KEY, select.value));
  });
  label.append(name, select);
  player.after(label);
  player.addEventListener("error", () => label.append(Object.assign(document.createElement("span"), { role: "alert", className: "error", textContent: words.failed })));

  // The browser chooses captions by its own languages: here it is the page's that count.
  const tracks = [...player.querySelectorAll("track")];
  const track = tracks.find((one) => one.srclang === document.documentElement.lang) ?? tracks.find((one) => one.default);
  for (const one of tracks) one.track.mode = one === track ? "showing" : "disabled";
}
const last = Number(stored((store) => store.getItem(KEY)));
setSpeed(SPEEDS.includes(last) ? last : 1);

// One plays at a time.
document.addEventListener("play", (event) => {
  for (const player of players) if (player !== event.target) player.pause();
}, true);

for (const figure of document.querySelectorAll("figure.elsewhere")) {
  const link = figure.querySelector("a");
  const site = link && new URL(link.href).hostname.replace(/^(www|m)\./, "");
  const address = EMBEDDED[site]?.(new URL(link.href));
  if (!address) continue;
  const ask = document.createElement("button");
  ask.type = "button";
  ask.className = "button";
  ask.textContent = words.play.replace("{site}", site === "youtu.be" ? "youtube.com" : site);
  ask.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.title = link.textContent.trim() || site;
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.allowFullscreen = true;
    frame.referrerPolicy = "strict-origin-when-cross-origin"; // the player refuses to start without
    ask.remove();
    link.querySelector("img")?.remove();
    figure.prepend(frame);
    frame.focus();
  });
  const told = document.createElement("p");
  told.className = "meta";
  told.textContent = words.learns;
  const asking = document.createElement("div");
  asking.className = "asking";
  asking.append(ask, told);
  ask.addEventListener("click", () => asking.remove());
  link.after(asking);
}
