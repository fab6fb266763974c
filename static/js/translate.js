// Saves the texts of one form without leaving the page, so that what is typed beside them stays as it is.
const forms = () => [...document.querySelectorAll(".texts")];
const texts = (form) => [...new FormData(form)].filter(([name]) => name.startsWith("text."));
const typed = (form) => texts(form).map(([, value]) => value).join("\0");
const saved = new WeakMap();
const changed = (form) => saved.has(form) && saved.get(form) !== typed(form);

function watch(form) {
  saved.set(form, typed(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form, event.submitter);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=next]"));
    }
  });
}

const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

async function save(form, button) {
  const status = form.querySelector("[data-status]");
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const sent = new Map(texts(form));
  const next = button?.name === "next";
  let answer;
  let page;
  try {
    const body = new FormData(form);
    if (button) body.append(button.name, button.value);
    answer = await fetch(form.action, { method: "POST", body });
    page = await read(answer);
    if (next && answer.ok && new URL(answer.url).pathname !== location.pathname) {
      saved.set(form, [...sent.values()].join("\0"));
      if (!forms().some(changed)) {
        location.assign(`${answer.url}#${left(page)?.id ?? ""}`);
        return;
      }
      page = await read(await fetch(location.href)); // the next part has forms of the same names
    }
  } catch {
    status.textContent = form.dataset.failed;
    return;
  } finally {
    delete form.dataset.busy;
  }
  show(form, page, answer.ok, answer.ok && next, sent);
}

// The first field of a page, or of what follows a form on it, whose text is missing or out of date.
function left(page, after) {
  const fields = [...page.querySelectorAll("[data-left] [name^='text.']")];
  const follows = (field) => after.compareDocumentPosition(field) === Node.DOCUMENT_POSITION_FOLLOWING;
  return (after && fields.find(follows)) ?? fields[0];
}

// Puts what the server made of this form, and of no other, in its place; what was typed since it was `sent` stays, and
// is not saved.
function show(form, page, done, onward, sent) {
  const fresh = page.getElementById(form.id);
  if (!fresh || !fresh.matches(".texts")) {
    form.querySelector("[data-status]").textContent = page.querySelector("main p")?.textContent ?? form.dataset.failed;
    return;
  }
  const count = page.getElementById("left");
  if (count) document.getElementById("left").replaceWith(count);
  const at = document.activeElement;
  const { name, selectionStart, selectionEnd } = at;
  const isTyping = at.matches("[name^='text.']") && (!form.contains(at) || at.value !== sent.get(name));
  const newer = texts(form).filter(([key, value]) => value !== sent.get(key));
  form.replaceWith(fresh);
  watch(fresh);
  for (const [key, value] of newer) if (fresh.elements[key]) fresh.elements[key].value = value;
  if (done && !newer.length) fresh.querySelector("[data-status]").textContent = fresh.dataset.saved;
  if (isTyping) {
    if (!at.isConnected) fresh.elements[name]?.focus();
    if (!at.isConnected) fresh.elements[name]?.setSelectionRange(selectionStart, selectionEnd);
    return;
  }
  const stay = done ? "[name=save]" : "[aria-invalid]";
  ((onward && left(document, fresh)) || fresh.querySelector(stay))?.focus();
}

forms().forEach(watch);
addEventListener("beforeunload", (event) => {
  if (forms().some(changed)) event.preventDefault();
});
