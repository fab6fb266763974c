// Saves the answers of an application while they are written, each by itself and as a change of the version it was made
// from. Only the server's word makes "saved" true: until then an answer waits in this browser, for each window by itself;
// what a window that is gone left, the next page of this application sends. The page's buttons send all of it in the
// ordinary way, once nothing is on its way any more.
import { addLine, dropLine } from "./budget.js";
import { tellCount } from "./counting.js";
import { stored, storeText } from "./store.js";

const PAUSE_MS = 1200; // without a letter, until what was typed is sent
const LONGEST_MS = 8000; // of typing without a pause
const RETRY_MS = 4000;
const PATIENCE_MS = 30000;
const CLOSING_MS = 500; // until a window that closes is gone
const KEEPALIVE_BYTES = 60000; // what a browser still sends for a page that closes

const form = document.querySelector("#application");
const status = document.querySelector("#saved");
const words = form.dataset;
let leaving; // the button that was pressed while answers were on their way
let gone = false;
let left = false; // the page closes: what is open was sent for the last time
let refused = false; // until the page is loaded again

const say = (text, state = "") => {
  status.textContent = text;
  status.className = `tag ${state}`;
};

// Says that this window is open; whether the window that kept an answer is gone.
const here = crypto.randomUUID?.() ?? String(Math.random());
navigator.locks?.request(`${words.shelf} ${here}`, () => new Promise(() => {}));
const isLeft = (window) =>
  navigator.locks
    ?.request(`${words.shelf} ${window}`, { signal: AbortSignal.timeout(CLOSING_MS) }, () => true)
    .catch(() => false) ?? true;

class Answer {
  constructor(section) {
    this.section = section;
    this.key = section.dataset.question;
    this.shelf = `${words.shelf} ${this.key} ${here}`;
    this.others = []; // what windows that are gone left of it, the newest first
    this.acknowledged = this.read();
    this.conflicts = Boolean(section.querySelector("[data-two] button"));
  }

  field(name) {
    return this.section.querySelector(`[name="${this.key}.${name}"]`);
  }

  controls() {
    return [...this.section.querySelectorAll("input:not([type=hidden], [type=file]), textarea")];
  }

  // What the answer says now, as its fields would be sent.
  read() {
    const given = this.controls().filter((control) => control.type !== "radio" || control.checked);
    return JSON.stringify(given.map(({ name, value }) => [name, value]));
  }

  write(said) {
    const fields = JSON.parse(said);
    const body = this.section.querySelector("[data-lines]");
    const lines = fields.filter(([name]) => name.endsWith(".item")).length;
    while (body && body.rows.length < lines) addLine(body, words);
    const left = [...fields];
    for (const control of this.controls()) {
      const place = left.findIndex(([name, value]) => name === control.name && (control.type !== "radio" || value === control.value));
      if (control.type === "radio") control.checked = place >= 0;
      else control.value = place >= 0 ? left.splice(place, 1)[0][1] : "";
    }
    tellCount(this.section);
  }

  isOpen() {
    return this.read() !== this.acknowledged;
  }

  // Whether what waits outlives the page.
  keep() {
    const [version, seen] = [this.field("version").value, this.field("seen").value];
    const kept = JSON.stringify({ said: this.read(), version, seen, at: Date.now() });
    return storeText(this.shelf, kept);
  }

  forget() {
    stored((store) => store.removeItem(this.shelf));
  }

  // What earlier pages left unsaved.
  async takeUp() {
    const shelf = `${words.shelf} ${this.key}`;
    const keys = stored((store) => Object.keys(store).filter((key) => `${key} `.startsWith(`${shelf} `)), []);
    const free = await Promise.all(keys.map((key) => key !== this.shelf && isLeft(key.slice(shelf.length + 1))));
    const read = (key) => ({ at: 0, ...JSON.parse(localStorage.getItem(key)), key });
    const kept = keys.filter((_, place) => free[place]).map(read);
    this.others = kept.filter(({ said }) => said).sort((one, other) => other.at - one.at);
    this.next();
  }

  // The newest of it comes back, as the change of the version that it was made from. An older one comes once that is
  // saved, and is a change of what stood before: the page then shows both, as any two texts.
  next() {
    if (this.conflicts) {
      const mine = this.others.find(({ said }) => said === this.read());
      if (mine) this.move(mine);
      return;
    }
    while (this.others.length && !this.isOpen()) {
      const kept = this.others.shift();
      if (kept.said === this.acknowledged) {
        stored((store) => store.removeItem(kept.key));
        continue;
      }
      this.move(kept);
      this.write(kept.said);
      this.field("version").value = kept.version;
      this.field("seen").value = kept.seen;
      say(words.returned, "due");
      this.later(0);
      return;
    }
  }

  // What another window kept is this one's from here on.
  move({ key, ...kept }) {
    stored((store) => {
      store.setItem(this.shelf, JSON.stringify(kept));
      store.removeItem(key);
    });
  }

  changed() {
    if (!this.isOpen() || this.conflicts) return;
    this.began ??= Date.now();
    this.keep();
    if (refused) return;
    say(words.typing);
    this.later(Math.min(PAUSE_MS, Math.max(0, this.began + LONGEST_MS - Date.now())));
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  body() {
    const body = new FormData();
    body.set("csrf_token", form.elements.namedItem("csrf_token").value);
    body.set("go", "save");
    for (const name of ["version", "seen"]) body.set(`${this.key}.${name}`, this.field(name).value);
    for (const [name, value] of JSON.parse(this.read())) body.append(name, value);
    return body;
  }

  post(more = {}) {
    const headers = { "X-Requested-With": "fetch" };
    return fetch(form.action, { method: "POST", body: this.body(), headers, signal: AbortSignal.timeout(PATIENCE_MS), ...more });
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending || this.conflicts || refused || left) return;
    if (!this.isOpen()) return settle();
    this.sending = true;
    this.began = undefined;
    const sent = this.read();
    this.keep();
    say(words.saving, "info");
    let answer;
    try {
      answer = await this.post();
    } catch {
      this.sending = false;
      return this.wait(words.offline);
    }
    const said = await answer.json().catch(() => ({}));
    this.sending = false;
    this.hear(answer.status, said, sent);
    goOn();
  }

  hear(code, said, sent) {
    const told = said.answers?.find((one) => one.key === this.key);
    if (!told) {
      if (code < 400 && said.answers) {
        this.tell(words.unasked);
        return refuse(code, words.unasked);
      }
      if (code >= 500 || code === 429 || code < 400) return this.wait(words.busy);
      return refuse(code, said.error ?? "");
    }
    document.querySelector("#progress").innerHTML = said.progress;
    this.section.querySelector("[data-said]").textContent = told.said;
    if (told.outcome === "conflict") {
      this.conflicts = true;
      this.keep(); // as the change of what it was made from: the page may close before one is chosen
      this.field("version").value = told.version;
      this.field("seen").value = told.seen;
      this.section.querySelector("[data-two]").innerHTML = told.conflict;
      return say(words.conflict, "late");
    }
    this.tell(told.message);
    if (told.outcome === "too_long") return say(words.refused.replace("{why}", told.message), "late");
    this.field("version").value = told.version;
    this.field("seen").value = told.seen;
    this.acknowledged = sent;
    const total = this.section.querySelector("[data-total]");
    if (total) total.textContent = told.total || "0";
    if (this.isOpen()) {
      this.keep();
      return this.later(PAUSE_MS);
    }
    this.forget();
    lastSaved = said.saved;
    settle();
    if (!this.section.contains(document.activeElement)) this.next(); // nothing changes under the hands of who writes
  }

  tell(message) {
    const error = this.section.querySelector("[data-error]");
    if (error.textContent !== message) error.textContent = message;
    error.closest(".field").toggleAttribute("data-invalid", Boolean(message));
  }

  wait(why) {
    say(this.keep() ? why : words.unkept, "due");
    this.later(RETRY_MS);
    leaving = undefined;
  }

  // The page closes: what is short enough is still sent, and it waits in the browser until the server has it.
  leave() {
    if (gone || refused || this.conflicts || !this.isOpen()) return;
    this.keep();
    if (!this.sending && new Blob([this.read()]).size < KEEPALIVE_BYTES) this.post({ keepalive: true, signal: undefined }).catch(() => {});
  }
}

const refuse = (code, why) => {
  refused = true;
  leaving = undefined;
  say(`${code === 401 ? words.signedOut : words.refused.replace("{why}", why)} `, "late");
  const link = Object.assign(document.createElement("a"), { href: location.href, textContent: words.again });
  link.addEventListener("click", () => { gone = true; });
  status.append(link);
};

const answers = new Map([...document.querySelectorAll("[data-question]")].map((section) => [section, new Answer(section)]));
const all = [...answers.values()];
const of = (element) => answers.get(element.closest("[data-question]"));
let lastSaved = status.dataset.idle;
status.textContent = lastSaved;
status.hidden = false;

const settle = () => {
  if (!refused && all.every((answer) => !answer.isOpen())) say(lastSaved, "done");
};

form.addEventListener("input", (event) => {
  const answer = of(event.target);
  if (!answer || event.target.type === "file") return;
  tellCount(answer.section);
  answer.changed();
});
form.addEventListener("change", (event) => {
  if (event.target.type === "radio") of(event.target)?.later(0);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-drop]");
  if (!button || refused) return;
  event.preventDefault();
  const answer = of(button);
  if (button.matches("[data-add]")) addLine(answer.section.querySelector("[data-lines]"), words).querySelector("input").focus();
  else dropLine(button.closest("tr"), words);
  answer.changed();
});

// A button of the form sends all answers: those on their way go first, or they would meet themselves as another's.
form.addEventListener("submit", (event) => {
  const busy = all.some((answer) => answer.sending);
  if (!navigator.onLine) {
    event.preventDefault();
    for (const answer of all) if (answer.isOpen()) answer.keep();
    say(words.offline, "due");
  } else if (busy) {
    event.preventDefault();
    leaving = event.submitter;
  } else {
    gone = true;
    for (const answer of all) if (answer.isOpen() && !answer.conflicts) answer.keep();
    if (/^(theirs|both):/.test(event.submitter?.value ?? "")) of(event.submitter).forget();
    if (event.submitter?.matches("[data-add-file]")) say(words.sending, "info");
  }
});
const goOn = () => {
  if (!leaving || all.some((answer) => answer.sending)) return;
  const button = leaving;
  leaving = undefined;
  form.requestSubmit(button);
};

addEventListener("online", () => all.forEach((answer) => answer.isOpen() && answer.send()));
addEventListener("pagehide", () => {
  left = true;
  all.forEach((answer) => answer.leave());
});
document.addEventListener("visibilitychange", () => document.hidden && all.forEach((answer) => answer.isOpen() && answer.send()));
addEventListener("beforeunload", (event) => {
  if (!gone && all.some((answer) => answer.isOpen() && !answer.keep())) event.preventDefault();
});
// Brought back as it was left, the page may name answers that are no longer the latest.
addEventListener("pageshow", (event) => event.persisted && location.reload());

all.forEach((answer) => {
  tellCount(answer.section);
  answer.takeUp();
});
