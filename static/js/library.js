// The library: files chosen, dropped or pasted go up at once, several at a time, each with a bar that can be stopped
// and gone on with. Then the list is asked for again, and with it what a new picture shows.
import { add, headers, Refused } from "./upload.js";

const form = document.querySelector("#sending");
const input = form.querySelector("input[type=file]");
const list = form.querySelector("#uploads");
const told = form.querySelector("#told");
const problem = form.querySelector("#problem");
const words = form.dataset;
const AT_ONCE = 3;

const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const waiting = [];
let running = 0;
let ready = 0;

const button = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button quiet small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
};

// One file on its way, as a line of the list.
class Line {
  constructor(file) {
    this.file = file;
    this.row = document.createElement("li");
    this.bar = document.createElement("progress");
    this.state = document.createElement("span");
    this.actions = document.createElement("span");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.state.className = "meta";
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.name;
    this.row.append(name, this.bar, this.state, this.actions);
    list.append(this.row);
  }

  say(text, ...actions) {
    this.state.textContent = text;
    this.actions.replaceChildren(...actions);
  }

  cancel = () => {
    this.stop?.abort();
    const place = waiting.indexOf(this);
    if (place >= 0) waiting.splice(place, 1);
    this.bar.hidden = true;
    this.say(words.cancelled, button(words.remove, () => this.row.remove()));
  };

  async send() {
    this.stop = new AbortController();
    const cancel = button(words.cancel, this.cancel);
    const show = (share) => {
      this.bar.value = share;
      this.state.textContent = words.sending.replace("{share}", percent.format(share));
    };
    this.bar.hidden = false;
    this.say("", cancel);
    try {
      const added = await add(this.file, {
        course: words.course,
        signal: this.stop.signal,
        onProgress: show,
        onWaiting: () => { this.state.textContent = words.waiting; },
        onLooking: () => {
          this.bar.removeAttribute("value");
          this.say(words.looking);
        },
      });
      ready += 1;
      if (added.new) {
        this.row.remove();
      } else {
        this.bar.hidden = true;
        this.say(words.already.replace("{name}", added.name), button(words.remove, () => this.row.remove()));
      }
      await refresh();
      told.textContent = words.allReady.replace("{count}", ready);
      document.querySelector(`#file-${added.hash.slice(0, 12)} .describing textarea`)?.focus({ preventScroll: false });
    } catch (error) {
      if (error.name === "AbortError") return;
      const refused = error instanceof Refused;
      this.bar.hidden = refused;
      const clear = button(words.remove, () => this.row.remove());
      this.say(refused ? error.message : words.broken, ...(refused ? [clear] : [button(words.resume, () => enqueue(this)), cancel]));
      this.state.classList.toggle("error", refused);
      told.textContent = `${this.file.name}: ${this.state.textContent}`;
    }
  }
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift().send().finally(() => {
      running -= 1;
      next();
    });
  }
}

function enqueue(line) {
  line.state.classList.remove("error");
  line.say("", button(words.cancel, line.cancel));
  waiting.push(line);
  next();
}

function send(files) {
  problem.hidden = true;
  for (const file of files) enqueue(new Line(file));
}

// The list as the server has it now; what is being typed in it stays, and so does its place on the screen. Several may
// be asked for at once: one that comes after one that was asked for later is out of date.
let requests = 0;
let shown = 0;
async function refresh() {
  requests += 1;
  const number = requests;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  if (number < shown) return;
  shown = number;
  const before = document.querySelector("#files");
  const after = page.querySelector("#files");
  const typing = before.contains(document.activeElement) ? document.activeElement : null;
  for (const field of before.querySelectorAll(".describing textarea, .describing [type=checkbox]")) {
    const same = after.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (!same) continue;
    if (field.type === "checkbox") same.checked = field.checked;
    else same.value = field.value;
  }
  before.replaceWith(document.adoptNode(after));
  if (typing?.name) after.querySelector(`[name="${CSS.escape(typing.name)}"]`)?.focus();
}

// What a picture shows is saved without leaving the page, since something may still be on its way.
document.addEventListener("submit", async (event) => {
  const asked = event.target.closest(".describing");
  if (!asked) return;
  event.preventDefault();
  const { action } = asked;
  const card = asked.closest("li");
  try {
    const response = await fetch(action, { method: "POST", headers: headers(), body: new URLSearchParams(new FormData(asked)) });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    asked.submit(); // the page says what is wrong
    return;
  }
  const place = [...document.querySelectorAll("#files .describing")].indexOf(asked);
  asked.remove();
  await refresh();
  const asks = document.querySelectorAll("#files .describing");
  (asks[place]?.querySelector("textarea") ?? document.querySelector(`#${card.id} h3 a`))?.focus();
});

form.querySelector("[data-plain]").hidden = true;
for (const more of form.querySelectorAll("[data-scripted]")) more.hidden = false;
input.multiple = true;
input.required = false;
input.addEventListener("change", () => {
  send([...input.files]);
  input.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
addEventListener("drop", (event) => {
  form.classList.remove("over");
  if (!carriesFiles(event)) return;
  event.preventDefault();
  send([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) {
    event.preventDefault();
    send(files);
  }
});
addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault(); // what was sent is kept, yet one should know that it stops
});
