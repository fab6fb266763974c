// Saves a text while it is being written. Only the server's word makes "saved" true, and only until the next letter:
// what is not saved is kept in this browser, under a key of its course, lesson, language and person, and sent again.
// Each save names the version it was made from, so that nobody's newer text is overwritten.
import { stored, storeText } from "./store.js";

const PAUSE_MS = 1200; // without a letter, until what was typed is sent
const LONGEST_MS = 6000; // of typing without a pause
const RETRY_MS = 4000;
const PATIENCE_MS = 30000;
const CLOSING_MS = 500; // until a window that closes is gone
const KEEPALIVE_BYTES = 60000; // what a browser still sends for a page that closes

// Whether the window that kept a text under `key` is gone; one that closes right now is given a moment.
const isLeft = (key) =>
  navigator.locks?.request(key, { signal: AbortSignal.timeout(CLOSING_MS) }, () => true).catch(() => false) ?? true;

export class Saving {
  // `read` gives the text as it stands, `write` puts another in its place; `say(words, state, more)` tells how it
  // stands; `choose(answer)` shows two texts that were written at once.
  constructor({ form, read, write, say, choose }) {
    Object.assign(this, { form, read, write, say, choose, words: form.dataset });
    this.version = Number(form.elements.namedItem("version").value);
    this.window = crypto.randomUUID?.() ?? String(Math.random());
    this.key = `${this.words.key} ${this.window}`;
    this.acknowledged = read();
    this.settled = document.querySelector("#saved").textContent;
    navigator.locks?.request(this.key, () => new Promise(() => {})); // says that this window is open
    addEventListener("online", () => this.send());
    addEventListener("focus", () => this.refused && this.renew());
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.send());
    addEventListener("beforeunload", (event) => this.isOpen() && !this.keep() && event.preventDefault());
  }

  get token() {
    return this.form.elements.namedItem("csrf_token");
  }

  isOpen() {
    return this.read() !== this.acknowledged || Boolean(this.unsure);
  }

  // Something was typed, or may have been: what it comes to is seen when it is kept and sent.
  changed() {
    this.began ??= Date.now();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.isOpen() && this.keep(), 250);
    if (this.choosing) return this.say(this.words.chosen, "late");
    if (!this.sending && !this.refused && !this.waiting) this.say(this.words.writing, "");
    this.refused = false;
    if (!this.waiting) this.later(Math.min(PAUSE_MS, Math.max(0, this.began + LONGEST_MS - Date.now())));
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  // What is not acknowledged, where it outlives the page. Whether it does.
  keep() {
    clearTimeout(this.keeping);
    const kept = { version: this.version, html: this.read(), unsure: this.unsure, over: this.over, at: Date.now() };
    return storeText(this.key, JSON.stringify(kept));
  }

  forget() {
    clearTimeout(this.keeping);
    stored((store) => store.removeItem(this.key));
  }

  // What an earlier page left unsaved: the newest comes back into the text, any other goes into the history.
  async takeUp() {
    const keys = stored((store) => Object.keys(store).filter((key) => key.startsWith(`${this.words.key} `)), []);
    const free = await Promise.all(keys.map((key) => key !== this.key && isLeft(key)));
    const read = (key) => ({ key, ...JSON.parse(localStorage.getItem(key)) });
    const left = keys.filter((_, place) => free[place]).map(read).sort((a, b) => b.at - a.at);
    for (const [place, { key, html, version, unsure, over }] of left.entries()) {
      const isFirst = place === 0 && !this.isOpen();
      if (isFirst && html !== this.read()) {
        this.write(html);
        Object.assign(this, { version, unsure, over });
        this.keep();
        this.say(this.words.returned, "due");
        this.send();
      } else if (!isFirst) {
        const answer = await this.post(html, "theirs", { again: Boolean(unsure) }).catch(() => null);
        if (!answer?.ok) continue;
      }
      stored((store) => store.removeItem(key));
    }
  }

  // `how` is "again" for what was sent before and never answered, and "last" where no answer will be heard.
  post(html, choice, how = {}, more = {}) {
    const body = new FormData();
    body.set("csrf_token", this.token.value);
    body.set("version", this.version);
    body.set("source", this.form.elements.namedItem("source").value);
    body.set("html", html);
    body.set("choice", choice);
    for (const name of ["again", "last"]) if (how[name]) body.set(name, "yes");
    const headers = { "X-Requested-With": "fetch", "X-CSRFToken": this.token.value };
    return fetch(this.form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS), ...more });
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending || this.choosing || this.left) return;
    if (!this.isOpen()) return this.settle();
    this.sending = true;
    this.began = undefined;
    // What was sent and never answered may have arrived: it goes again as it was, and then what came after it.
    const again = Boolean(this.unsure);
    const { html, choice } = (this.unsure ??= { html: this.read(), choice: this.over ? "mine" : "" });
    this.keep();
    this.say(this.words.saving, "info");
    let answer;
    try {
      answer = await this.post(html, choice, { again });
    } catch {
      this.sending = false;
      return this.wait(this.words.offline);
    }
    this.sending = false;
    await this.hear(answer, html);
  }

  async hear(answer, html) {
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.version !== undefined) {
      this.waiting = this.refused = this.over = this.renewed = false;
      this.unsure = undefined;
      this.settled = said.saved;
      this.accept(html, said);
      if (this.isOpen()) {
        this.keep();
        this.say(this.words.writing, "");
        this.later(PAUSE_MS);
      } else {
        this.settle();
      }
    } else if (answer.status === 409 && said.page) {
      this.unsure = undefined;
      this.choosing = said;
      this.keep();
      this.say(this.words.chosen, "late");
      this.choose(said);
    } else if (answer.status >= 500 || answer.status === 429 || answer.status === 409 || answer.ok) {
      this.wait(this.words.busy);
    } else {
      this.unsure = undefined;
      this.keep();
      this.refuse(answer.status, said);
    }
  }

  // The server has `sent`. Where somebody wrote over it since, their text is shown, but not over what was typed after
  // it: that is still a change of `sent`, and both are shown when it is saved.
  accept(sent, { version, html: newer }) {
    this.acknowledged = sent;
    if (newer == null) {
      this.version = version;
    } else if (this.read() === sent) {
      this.write(newer);
      this.acknowledged = this.read();
      this.version = version;
    }
  }

  settle() {
    this.forget();
    this.began = undefined;
    this.say(this.settled, this.version ? "done" : "");
  }

  wait(words) {
    this.waiting = true;
    this.say(this.keep() ? words : this.words.offlineUnkept, "due");
    this.later(RETRY_MS);
  }

  // Refused for what it is or for who sent it: the text stays, and goes again once that is put right.
  refuse(status, { error = "", code }) {
    this.refused = true;
    if (status === 401) {
      this.say(this.words.signedOut, "late", "sign in");
    } else if (code === "expired" && !this.renewed) {
      this.renewed = true;
      this.renew();
    } else {
      this.say(this.words.refused.replace("{why}", error), "late");
    }
  }

  // Asks for a token that is good, of whoever is signed in now.
  async renew() {
    const answer = await this.stand();
    if (!answer) return;
    if (String(answer.person) !== this.words.person) return this.say(this.words.someoneElse, "late", "sign in");
    this.token.value = answer.token;
    this.refused = false;
    this.send();
  }

  // How the text stands on the server: its version, who saved it.
  async stand() {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(this.form.action, { headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  // Of two texts: `mine` is saved over the other, `theirs` stands and mine goes into the history, with `merge` mine
  // stays in the editor and the next save takes the other's place. Whether it could be done.
  async settleWith(choice) {
    const { version, html: theirs } = this.choosing;
    if (choice === "theirs") {
      let mine;
      let answer;
      do { // until nothing was typed while the answer was on its way
        mine = this.read();
        answer = await this.post(mine, "theirs").catch(() => null);
        if (!answer?.ok) {
          this.say(this.words.offline, "due");
          return false;
        }
      } while (this.read() !== mine);
      const said = await answer.json();
      this.choosing = undefined;
      this.write(theirs);
      this.acknowledged = this.read();
      Object.assign(this, { version: said.version, settled: said.saved, over: false });
      this.settle();
      return true;
    }
    Object.assign(this, { choosing: undefined, version, over: true });
    this.acknowledged = undefined;
    this.keep();
    if (choice === "mine") this.send();
    else this.say(this.words.writing, "");
    return true;
  }

  // The page closes: what is short enough is still sent, and all of it is kept until the server has said that it has it.
  leave() {
    this.left = true;
    if (!this.isOpen()) return;
    this.keep();
    const html = this.read();
    if (!this.sending && !this.choosing && !this.refused && new Blob([html]).size < KEEPALIVE_BYTES) {
      const how = { again: Boolean(this.unsure), last: true };
      this.unsure ??= { html, choice: this.over ? "mine" : "" };
      this.keep();
      this.post(this.unsure.html, this.unsure.choice, how, { keepalive: true, signal: undefined }).catch(() => {});
    }
  }
}
