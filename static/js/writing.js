// The page where a lesson is written: the rich editor, what saves it by itself, and what is said of both.
import { openEditor } from "./editor.js";
import { Inserts } from "./inserts.js";
import { Saving } from "./saving.js";

const LOOK_MS = 30000; // between two looks at whether somebody else has saved
const form = document.querySelector("#writing");
const words = form.dataset;
const textarea = form.elements.namedItem("html");
const status = document.querySelector("#saved");
const aloud = document.querySelector("#told");
const presence = document.querySelector("#presence");
const conflict = document.querySelector("#conflict");

let editor; // none where it could not be loaded: the text box does as well
let inserts;
let saving;

const read = () => (editor ? editor.getContent() : textarea.value);
const write = (html) => {
  if (!editor) textarea.value = html;
  else editor.setContent(html, { initial: true });
};

// Trouble is read out, and its end; what changes with every pause in typing is only seen.
const say = (told, state, then) => {
  status.className = `tag ${state}`;
  status.textContent = told;
  if (state === "done" && saving?.version) presence.textContent = ""; // who saved before is no longer of interest
  if (/due|late/.test(state) || (state === "done" && aloud.textContent)) aloud.textContent = told;
  if (then !== "sign in") return;
  const link = document.createElement("a");
  Object.assign(link, { href: words.signInAddress, target: "_blank", textContent: words.signIn });
  status.append(" ", link);
};

// Two texts at once: which is taken is chosen above the editor.
const choose = ({ page }) => {
  conflict.innerHTML = page;
  conflict.hidden = false;
  conflict.querySelector("h2").focus();
  for (const button of conflict.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", async () => {
      const choice = button.dataset.choice;
      if (!(await saving.settleWith(choice))) return;
      const beside = choice === "merge" && conflict.querySelector("template").content.cloneNode(true);
      conflict.replaceChildren(...(beside ? [beside] : []));
      conflict.hidden = !beside;
      if (editor) editor.focus();
      else textarea.focus();
    });
  }
};

const look = async () => {
  if (document.hidden || saving.sending || saving.choosing || saving.waiting) return;
  const said = await saving.stand();
  if (!said) return;
  presence.textContent = said.presence;
  if (said.version <= saving.version || saving.sending || saving.isOpen()) return;
  const link = document.createElement("a");
  Object.assign(link, { href: location.href, textContent: words.newer });
  presence.append(" ", link);
};

const start = async () => {
  if (window.hugerte) {
    editor = await openEditor(textarea, {
      words,
      changed: () => saving?.changed(),
      asks: (name) => inserts.ask(name),
      files: (dropped) => words.files && inserts.files(dropped),
    });
    inserts = new Inserts(words, editor);
    const hint = document.querySelector("#keys");
    hint.textContent = words.hint;
    hint.hidden = false;
    document.querySelector("label[for=html]").textContent = words.label;
  } else {
    textarea.addEventListener("input", () => saving.changed());
  }
  saving = new Saving({ form, read, write, say, choose });
  await saving.takeUp();
  setInterval(look, LOOK_MS);
  form.dataset.ready = "yes";
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  saving?.send();
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    saving?.send();
  }
});

// Brought back as it was left, the page may name a version that is no longer the latest.
addEventListener("pageshow", (event) => event.persisted && location.reload());

start();
