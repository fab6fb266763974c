// Saves answers as they are given. Only the server's word makes "saved" true: until then the answer is kept in
// this browser and sent again. Each answer names the one it was made from, so that another window's newer answer
// is never overwritten.
const form = document.querySelector("#answer");
const status = form.querySelector("[role=status]");
const sequence = form.elements.namedItem("sequence");
const { key, saved, saving, waiting, refused, again } = form.dataset;
const RETRY_MS = 4000;
const PATIENCE_MS = 20000;

let timer;
let sending = false;
let unsure; // an answer that was sent and never acknowledged: the server may have it, so it goes again as it was
let leaving; // the button that was pressed while an answer was on its way

const say = (words, state) => {
  status.textContent = words;
  status.className = `tag ${state}`;
};

const answer = () => new URLSearchParams(new FormData(form));

const same = (one, other) => {
  one.delete("sequence");
  other.delete("sequence");
  return one.toString() === other.toString();
};

// A store may be full or forbidden: then the page itself still holds the answer.
const stored = (use) => {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
};
const keep = () => stored((store) => store.setItem(key, answer().toString()));
const kept = () => stored((store) => store.getItem(key));
const forget = () => stored((store) => store.removeItem(key));

// What the page says of the attempt as a whole, in the server's words.
const show = ({ sequence: number, progress, finish }) => {
  sequence.value = number;
  document.querySelector("#progress").textContent = progress;
  document.querySelector("#finish").textContent = finish;
  const given = [...new FormData(form).keys()].some((name) => name === "choice") || form.elements.namedItem("text")?.value.trim();
  const here = document.querySelector(".numbers [aria-current]");
  here.classList.toggle("answered", Boolean(given));
  here.classList.toggle("flagged", form.elements.namedItem("flagged").checked);
};

// Refused for good: the page as the server has it shows what was kept, or asks to sign in; this answer waits here.
const refuse = (why) => {
  say(`${refused.replace("{why}", why)} `, "late");
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = again;
  status.append(link);
};

async function send() {
  clearTimeout(timer);
  if (sending) return; // what changed meanwhile is seen when the answer comes
  sending = true;
  say(saving, "info");
  const body = unsure ?? answer();
  let done = false;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { "X-Requested-With": "fetch" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status >= 500) throw new Error(String(response.status));
    unsure = undefined;
    if (response.ok) {
      show(await response.json());
      done = true;
    } else {
      refuse((await response.json().catch(() => ({}))).error ?? response.statusText);
    }
  } catch {
    unsure = body;
    say(waiting, "due");
    timer = setTimeout(send, RETRY_MS);
  }
  sending = false;
  const pressed = leaving;
  leaving = undefined;
  if (done && !same(body, answer())) {
    keep();
    leaving = pressed;
    send();
  } else if (done) {
    forget();
    say(saved, "done");
    if (pressed) form.requestSubmit(pressed);
  }
}

form.addEventListener("change", () => {
  keep();
  send();
});

form.addEventListener("input", (event) => {
  if (event.target.type !== "text") return;
  keep();
  clearTimeout(timer);
  timer = setTimeout(send, 800);
});

// The page sends the answer too when a button is pressed. One that is still on its way goes first, or this one would
// seem to come from another window; and without a connection the page stays, with what was typed.
form.addEventListener("submit", (event) => {
  if (sending) {
    event.preventDefault();
    leaving = event.submitter;
  } else if (!navigator.onLine) {
    event.preventDefault();
    keep();
    send();
  } else {
    clearTimeout(timer);
  }
});

addEventListener("online", () => kept() && send());

// Brought back as it was left, the page may name an answer that is no longer the latest.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// An answer that was never acknowledged, from before this page was loaded.
const left = kept();
if (left) {
  const fields = new URLSearchParams(left);
  if (Number(fields.get("sequence")) === Number(sequence.value)) {
    for (const control of form.elements) {
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked = fields.getAll(control.name).includes(control.value);
      } else if (control.name === "text") {
        control.value = fields.get("text") ?? "";
      }
    }
    send();
  } else {
    forget();
  }
}
