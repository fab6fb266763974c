// Saves answers as they are given. Only the server's word makes "saved" true: until then the answer is kept in
// this browser and sent again. Each answer names the one it was made from, so that another window's newer answer
// is never overwritten.
const form = document.querySelector("#answer");
const status = form.querySelector("[role=status]");
const sequence = form.elements.namedItem("sequence");
const { key, saved, saving, waiting, refused } = form.dataset;
const RETRY_MS = 4000;

let timer;
let sending = false;
let changed = false;

const say = (words, state) => {
  status.textContent = words;
  status.className = `tag ${state}`;
};

const answer = () => new URLSearchParams(new FormData(form));

const keep = () => {
  try {
    localStorage.setItem(key, answer().toString());
  } catch {
    // A full or forbidden store: the page itself still holds the answer.
  }
};

const forget = () => {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
};

// What the page says of the attempt as a whole, in the server's words.
const show = ({ sequence: number, progress, finish }) => {
  sequence.value = number;
  document.querySelector("#progress").textContent = progress;
  document.querySelector("#finish").textContent = finish;
  const given = [...new FormData(form).keys()].some((name) => name === "choice") || form.elements.namedItem("text")?.value.trim();
  document.querySelector(".numbers [aria-current]").classList.toggle("answered", Boolean(given));
};

async function send() {
  if (sending) {
    changed = true;
    return;
  }
  sending = true;
  changed = false;
  say(saving, "info");
  try {
    const response = await fetch(form.action, { method: "POST", body: answer(), headers: { "X-Requested-With": "fetch" } });
    if (response.ok) {
      show(await response.json());
      forget();
      say(saved, "done");
    } else if (response.status < 500) {
      const why = (await response.json().catch(() => ({}))).error ?? response.statusText;
      say(refused.replace("{why}", why), "late");
    } else {
      throw new Error(String(response.status));
    }
  } catch {
    say(waiting, "due");
    clearTimeout(timer);
    timer = setTimeout(send, RETRY_MS);
  } finally {
    sending = false;
  }
  if (changed) send();
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

addEventListener("online", () => localStorage.getItem(key) && send());

// An answer that was never acknowledged, from before this page was loaded.
const left = localStorage.getItem(key);
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
