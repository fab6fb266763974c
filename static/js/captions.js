// Captions as a list beside the video: a caption begins where the video stands, and all of it works from the keyboard.
// What is saved is the text; the list writes it, and reads it again when somebody has changed it.
const form = document.querySelector("#captions");
const player = document.querySelector("#player");
const now = document.querySelector("#now");
const text = form.elements.namedItem("text");
const list = form.querySelector("#cues");
const said = form.querySelector("#said");
const editor = form.querySelector("#editor");
const plain = form.querySelector("#plain");
const asText = form.querySelector("#as-text");
const words = form.dataset;
const LASTS = 3; // seconds, of a new caption
const TIMING = /^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{3})\s+-->\s+(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{3})(.*)$/;

const seconds = (hours, minutes, rest, thousandths) => (Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(rest) + Number(thousandths) / 1000;
const pad = (value, width = 2) => String(value).padStart(width, "0");
const shown = (moment) => {
  const all = Math.max(0, Math.round(moment * 1000));
  return `${pad(Math.floor(all / 3600000))}:${pad(Math.floor(all / 60000) % 60)}:${pad(Math.floor(all / 1000) % 60)}.${pad(all % 1000, 3)}`;
};
// `1:05`, `65`, `00:01:05.250`; nothing for what is no time.
const moment = (typed) => {
  const found = typed.trim().replace(",", ".").match(/^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/);
  return found ? (Number(found[1] ?? 0) * 60 + Number(found[2] ?? 0)) * 60 + Number(found[3]) : NaN;
};

const read = () => {
  const cues = [];
  for (const block of text.value.replace(/\r\n?/g, "\n").split(/\n[ \t]*\n+/)) {
    const lines = block.split("\n").filter((line, place, all) => line.trim() || place < all.length - 1);
    const at = lines.findIndex((line) => TIMING.test(line));
    if (at < 0) continue;
    const found = lines[at].match(TIMING);
    cues.push({ start: seconds(...found.slice(1, 5)), end: seconds(...found.slice(5, 9)), settings: found[9].trim(), words: lines.slice(at + 1).join("\n") });
  }
  return cues;
};

const rows = () => [...list.children];
const cueOf = (row) => ({
  start: moment(row.querySelector(".from").value),
  end: moment(row.querySelector(".until").value),
  settings: row.dataset.settings ?? "",
  words: row.querySelector("textarea").value.replace(/\n\s*\n/g, "\n").trim(),
});

// An end that is not after its start, or a time that is none, is marked where it stands.
const write = () => {
  const cues = rows().map((row) => {
    const cue = cueOf(row);
    const wrong = !(cue.end > cue.start);
    row.querySelector(".from").setAttribute("aria-invalid", Number.isNaN(cue.start));
    row.querySelector(".until").setAttribute("aria-invalid", wrong);
    return cue;
  });
  const blocks = cues.filter((cue) => cue.words).map((cue) => `${shown(cue.start || 0)} --> ${shown(cue.end || 0)} ${cue.settings}`.trimEnd() + `\n${cue.words}`);
  text.value = ["WEBVTT", ...blocks].join("\n\n") + "\n";
  showNow();
};

const showNow = () => {
  const here = rows().map(cueOf).filter((cue) => cue.start <= player.currentTime && player.currentTime < cue.end);
  now.textContent = here.map((cue) => cue.words.replace(/<[^>]*>/g, "")).join("\n");
  now.hidden = !now.textContent;
  for (const row of rows()) {
    const cue = cueOf(row);
    row.classList.toggle("current", cue.start <= player.currentTime && player.currentTime < cue.end);
  }
};

let fields = 0;
const field = (words, control) => {
  const made = document.createElement("div");
  const label = document.createElement("label");
  made.className = "field";
  control.id = label.htmlFor = `cue-${fields += 1}`;
  label.textContent = words;
  made.append(label, control);
  return made;
};

const time = (kind, value) => {
  const input = document.createElement("input");
  input.className = kind;
  input.value = shown(value);
  input.inputMode = "decimal";
  input.dir = "ltr";
  input.addEventListener("change", () => {
    const typed = moment(input.value);
    if (!Number.isNaN(typed)) input.value = shown(typed);
  });
  return input;
};

const small = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button bare small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
};

const rowOf = (cue) => {
  const row = document.createElement("li");
  const area = document.createElement("textarea");
  const actions = document.createElement("div");
  area.rows = 2;
  area.value = cue.words;
  area.spellcheck = true;
  row.dataset.settings = cue.settings ?? "";
  actions.className = "row";
  actions.append(
    small(words.here, () => {
      player.currentTime = cueOf(row).start || 0;
      player.play();
    }),
    small(words.remove, () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      number();
      write();
      said.textContent = words.removed;
      (next?.querySelector("textarea") ?? form.querySelector("#add")).focus();
    }),
  );
  row.append(field(words.start, time("from", cue.start)), field(words.end, time("until", cue.end)), field(words.words, area), actions);
  return row;
};

const number = () => rows().forEach((row, place) => {
  row.setAttribute("aria-label", words.number.replace("{number}", place + 1));
});

const fill = () => {
  list.replaceChildren(...read().map(rowOf));
  number();
  showNow();
};

// A new caption where the video stands, after those that begin before it; one that is still shown ends there.
const addHere = () => {
  const start = player.currentTime;
  const before = rows().filter((row) => cueOf(row).start <= start).at(-1);
  const row = rowOf({ start, end: Math.min(start + LASTS, player.duration > start ? player.duration : Infinity), words: "" });
  if (before) {
    if (cueOf(before).end > start && cueOf(before).start < start) before.querySelector(".until").value = shown(start);
    before.after(row);
  } else {
    list.prepend(row);
  }
  number();
  write();
  said.textContent = words.added.replace("{time}", shown(start));
  row.querySelector("textarea").focus();
};

const toggle = () => (player.paused ? player.play() : player.pause());

form.querySelector("#add").addEventListener("click", addHere);
form.querySelector("#play").addEventListener("click", toggle);
list.addEventListener("input", write);
list.addEventListener("change", write);
player.addEventListener("timeupdate", showNow);
form.addEventListener("keydown", (event) => {
  if (!event.altKey || editor.hidden) return;
  if (event.key === "Enter") addHere();
  else if (event.code === "KeyP") toggle();
  else return;
  event.preventDefault();
});

const show = (listed) => {
  editor.hidden = !listed;
  plain.hidden = listed;
  asText.setAttribute("aria-pressed", String(!listed));
  if (listed) fill();
};
asText.hidden = false;
asText.addEventListener("click", () => show(editor.hidden));
show(!plain.querySelector("[aria-invalid=true]") && !document.querySelector(".captioning > .notice"));
