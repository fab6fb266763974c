// Saves the texts of one form without leaving the page, so that what is typed beside them stays as it is.
const forms = () => [...document.querySelectorAll(".texts")];
const typed = (form) => [...new FormData(form)].filter(([name]) => name.startsWith("text.")).map(([, value]) => value).join("\0");
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

async function save(form, button) {
  const status = form.querySelector("[data-status]");
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  let answer;
  let page;
  try {
    const body = new FormData(form);
    if (button) body.append(button.name, button.value);
    answer = await fetch(form.action, { method: "POST", body });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    status.textContent = form.dataset.failed;
    return;
  } finally {
    delete form.dataset.busy;
  }
  const onward = answer.ok && button?.name === "next";
  if (onward && new URL(answer.url).pathname !== location.pathname) {
    saved.set(form, typed(form));
    if (!forms().some(changed)) {
      location.assign(`${answer.url}#${left(page)?.id ?? ""}`);
      return;
    }
  }
  show(form, page, answer.ok, onward);
}

// The first field of a page, or of what follows a form on it, whose text is missing or out of date.
function left(page, after) {
  const fields = [...page.querySelectorAll("[data-left] [name^='text.']")];
  const follows = (field) => after.compareDocumentPosition(field) === Node.DOCUMENT_POSITION_FOLLOWING;
  return (after && fields.find(follows)) ?? fields[0];
}

// Puts what the server made of this form, and of no other, in its place.
function show(form, page, done, onward) {
  const fresh = page.getElementById(form.id);
  if (!fresh || !fresh.matches(".texts")) {
    form.querySelector("[data-status]").textContent = page.querySelector("main p")?.textContent ?? form.dataset.failed;
    return;
  }
  const count = page.getElementById("left");
  if (count) document.getElementById("left").replaceWith(count);
  form.replaceWith(fresh);
  watch(fresh);
  if (done) fresh.querySelector("[data-status]").textContent = fresh.dataset.saved;
  const stay = done ? "[name=save]" : "[aria-invalid]";
  ((onward && left(document, fresh)) || fresh.querySelector(stay))?.focus();
}

forms().forEach(watch);
addEventListener("beforeunload", (event) => {
  if (forms().some(changed)) event.preventDefault();
});
