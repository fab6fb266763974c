// Saves answers as they are given. Only the server's word makes "saved" true: until then each answer waits in this
// browser, in the order given, and any page of the attempt sends it. Each names the answer it was made from, so that
// another window's newer one is never overwritten. The time that is left is the server's word, too.
//
// A question is an element with data-slot and data-prefix; whatever controls stand in it are its answer. What changes
// them by script tells so with an "input" or "change" event, and hears "restored" when a kept answer was put back.
import { announce, countDown, setTime } from "./countdown.js";
import { stored, storeText } from "./store.js";

const root = document.querySelector("[data-attempt]");
const form = root.matches("form") ? root : null;
const status = root.querySelector("[role=status]");
const { attempt, address, saved, saving, waiting, refused, again, up } = root.dataset;
const RETRY_MS = 4000;
const PATIENCE_MS = 20000;
const PAUSE_MS = 800; // in typing
const LONGEST_MS = 10000; // that what is being typed goes without being sent

const sections = new Map([...document.querySelectorAll("[data-slot]")].map((section) => [section.dataset.slot, section]));
const acknowledged = new Map(); // what the server has of the questions on this page
const own = new Map(); // what they said when the page was loaded, or when it was last kept
const memory = new Map(); // where the store is full or forbidden
const stuck = new Set(); // refused until the page is loaded again
let busy = false;
let unheard = false; // what was sent last was never answered
let retry;
let pause;
let typedAt = 0;
let leaving; // the button that was pressed while answers were on their way
let gone = false;

const say = (words, state) => {
  status.textContent = words;
  status.className = `tag ${state}`;
};

// The queue: a key a question.
const shelf = `attempt-${attempt}-`;
const get = (slot) => JSON.parse(memory.get(slot) ?? stored((store) => store.getItem(shelf + slot)) ?? "null");
const put = (slot, entry) => {
  const text = JSON.stringify(entry);
  memory.delete(slot);
  if (!storeText(shelf + slot, text)) memory.set(slot, text);
};
const drop = (slot) => {
  memory.delete(slot);
  stored((store) => store.removeItem(shelf + slot));
};
const pending = () => {
  const keys = stored((store) => Object.keys(store).filter((key) => key.startsWith(shelf)), []);
  const slots = new Set([...keys.map((key) => key.slice(shelf.length)), ...memory.keys()]);
  const waits = [...slots].filter((slot) => !stuck.has(slot)).map((slot) => [slot, get(slot)]);
  return waits.filter(([, entry]) => entry).sort(([, one], [, other]) => one.at - other.at);
};

const sequence = (section) => form.elements.namedItem(`${section.dataset.prefix}sequence`);

const answer = (section) => {
  const { slot, prefix } = section.dataset;
  const fields = [...new FormData(form)].filter(([name]) => name.startsWith(prefix) && name !== `${prefix}sequence`);
  return new URLSearchParams([["slot", slot], ...fields]).toString();
};

const queue = (section, body) => {
  const { slot } = section.dataset;
  put(slot, { at: Date.now(), sequence: Number(sequence(section).value), ...get(slot), body });
};

// Keep what the question says now until the server has it; nothing, if nobody changed it here, whatever another window
// had to say since.
const record = (section) => {
  const { slot } = section.dataset;
  const body = answer(section);
  if (own.get(slot) === body) return;
  own.set(slot, body);
  const waits = get(slot);
  if (waits ? waits.body === body : acknowledged.get(slot) === body) return;
  stuck.delete(slot);
  queue(section, body);
};

// Puts a kept answer into the controls, and with it the number of the one it was made from.
const restore = (section, body, number) => {
  const fields = new URLSearchParams(body);
  for (const control of form.elements) {
    if (!control.name.startsWith(section.dataset.prefix) || control.type === "hidden") continue;
    if (control.matches("[type=radio], [type=checkbox]")) {
      control.checked = fields.getAll(control.name).includes(control.value);
    } else {
      control.value = fields.get(control.name) ?? "";
    }
  }
  sequence(section).value = number;
  section.dispatchEvent(new CustomEvent("restored"));
  own.set(section.dataset.slot, answer(section));
};

// The server has `sent`: what the question says goes on from it. What another window said is shown, unless something
// else was said here meanwhile: that stays a change of what it was made from, and the server tells of the other.
const goOnFrom = (section, sent, waits, number) => {
  const { slot } = section.dataset;
  const says = answer(section);
  if (says === sent || says === waits) {
    sequence(section).value = number;
    acknowledged.set(slot, sent);
  } else if (says === acknowledged.get(slot)) {
    restore(section, sent, number);
    acknowledged.set(slot, own.get(slot));
  }
};

// What was said here and waits no longer, though this page never heard of it, another window took along: it is sent
// again, for the server to tell how it stands.
const askAgain = () => {
  for (const [slot, section] of sections) {
    const body = own.get(slot);
    if (body !== acknowledged.get(slot) && !stuck.has(slot) && !get(slot)) queue(section, body);
  }
};

// What the page says of the attempt as a whole, in the server's words.
const show = (slot, { given, progress, finish, left }) => {
  const section = sections.get(slot);
  document.querySelector("#progress")?.replaceChildren(progress);
  document.querySelector("#finish")?.replaceChildren(finish);
  if (left !== null) setTime(left);
  const link = document.querySelector(`.numbers [data-of="${slot}"]`);
  if (!section || !link) return;
  const flag = form.elements.namedItem(`${section.dataset.prefix}flagged`);
  if (!form.elements.namedItem(`${section.dataset.prefix}as_it_is`)) link.classList.toggle("answered", given);
  if (flag) link.classList.toggle("flagged", flag.checked);
  const { answered, flagged } = link.parentElement.dataset;
  const words = [["answered", answered], ["flagged", flagged]].filter(([name]) => link.classList.contains(name));
  link.querySelector(".vh").textContent = words.map(([, word]) => ` ${word}`).join("");
  const flags = document.querySelectorAll(".numbers .flagged").length;
  const count = document.querySelector("#flags");
  count.textContent = flags ? count.dataset.words.replace("{count}", flags) : "";
};

// Refused: the page as the server has it shows what was kept, or asks to sign in.
const refuse = (why) => {
  say(`${refused.replace("{why}", why)} `, "late");
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = again;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    reload();
  });
  status.append(link);
};

const reload = () => {
  gone = true;
  location.reload();
};

const post = (body) =>
  fetch(address, {
    method: "POST",
    body,
    headers: { "X-Requested-With": "fetch" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

// Send what waits, the first first, one after the other.
async function send() {
  clearTimeout(retry);
  clearTimeout(pause);
  typedAt = 0;
  if (busy) return;
  busy = true;
  const next = () => {
    askAgain();
    return pending()[0];
  };
  let trouble = false;
  for (let first = next(); first && !trouble; first = next()) {
    trouble = !(await sendOne(...first));
  }
  busy = false;
  const pressed = leaving;
  leaving = undefined;
  if (trouble) return;
  if (pressed) form.requestSubmit(pressed);
  else if (unheard && !stuck.size) reload(); // another window sent what this one could not, and nothing was said here
}

// Whether the server answered. An answer that it may have taken goes again as it was, before a newer one.
async function sendOne(slot, entry) {
  say(saving, "info");
  const sent = entry.sent ?? entry.body;
  put(slot, { ...entry, sent });
  const body = new URLSearchParams(sent);
  body.set(`q${slot}-sequence`, entry.sequence);
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  let response;
  try {
    response = await post(body);
    if (response.status >= 500) throw new Error(String(response.status));
  } catch {
    unheard = true;
    say(waiting, "due");
    retry = setTimeout(send, RETRY_MS);
    return false;
  }
  unheard = false;
  const said = await response.json().catch(() => ({}));
  const now = get(slot) ?? entry;
  if (response.ok) {
    if (sections.has(slot)) goOnFrom(sections.get(slot), sent, now.body, said.sequence);
    show(slot, said);
    if (now.body === sent) drop(slot);
    else put(slot, { at: now.at, sequence: said.sequence, body: now.body });
    if (!pending().length && !stuck.size) say(saved, "done");
    return true;
  }
  const isOver = response.status === 409 || response.status === 404;
  if (!isOver) put(slot, { at: now.at, sequence: now.sequence, body: now.body });
  else if ((now.sent ?? now.body) === sent) drop(slot); // and not what another window put there since
  stuck.add(slot);
  refuse(said.error ?? response.statusText);
  return true;
}

// What is typed is sent when typing pauses; what is chosen, at once.
const changed = (event, typing) => {
  const section = event.target.closest("[data-slot]") ?? sections.get(event.target.dataset.of);
  if (!section) return;
  record(section);
  if (!typing) return send();
  typedAt ||= performance.now();
  clearTimeout(pause);
  pause = setTimeout(send, performance.now() - typedAt > LONGEST_MS ? 0 : PAUSE_MS);
};

const TYPED = "textarea, input:not([type=radio], [type=checkbox])";
form?.addEventListener("input", (event) => event.target.matches(TYPED) && changed(event, true));
form?.addEventListener("change", (event) => changed(event, false));

// The page sends its answers too when a button is pressed. What waits goes first, or it would seem to come from another
// window; and without a connection the page stays, with what was typed.
form?.addEventListener("submit", (event) => {
  for (const section of sections.values()) if (!stuck.has(section.dataset.slot)) record(section);
  if (!navigator.onLine) {
    event.preventDefault();
    say(waiting, "due");
  } else if (busy || pending().length) {
    event.preventDefault();
    leaving = event.submitter;
  } else {
    gone = true;
  }
  if (event.defaultPrevented) send();
});

addEventListener("online", send);
addEventListener("beforeunload", (event) => !gone && pending().length && event.preventDefault());

// Brought back as it was left, the page may name answers that are no longer the latest.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// What is unsaved is sent, and then the page goes where the quiz says.
async function timeIsUp(next) {
  say(up, "due");
  announce(up);
  for (const section of sections.values()) record(section);
  send();
  const until = performance.now() + PATIENCE_MS;
  while (!navigator.onLine || (pending().length && performance.now() < until)) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  gone = true;
  const handIn = document.querySelector("#hand-in[data-at-once]");
  if (handIn) handIn.submit();
  else location.assign(next);
}

countDown({ isUp: timeIsUp, slept: reload });

// Answers that were never acknowledged, from before this page was loaded.
for (const [slot, section] of sections) {
  acknowledged.set(slot, answer(section));
  const waits = get(slot);
  if (waits && waits.body !== answer(section)) restore(section, waits.body, waits.sequence);
  else own.set(slot, answer(section));
}
if (pending().length) send();
