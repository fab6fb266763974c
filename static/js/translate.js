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
    answer = await fetch(form.action, { method: "POST", body: new FormData(form, button) });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    status.textContent = form.dataset.failed;
    return;
  } finally {
    delete form.dataset.busy;
  }
  const elsewhere = new URL(answer.url);
  if (answer.ok && elsewhere.pathname !== location.pathname) {
    saved.set(form, typed(form));
    if (!forms().some(changed)) {
      location.assign(answer.url);
      return;
    }
  }
  show(form, page, answer, elsewhere.hash);
}

// Puts what the server made of this form, and of no other, in its place.
function show(form, page, answer, hash) {
  const fresh = page.getElementById(form.id);
  if (!fresh || !fresh.matches(".texts")) {
    form.querySelector("[data-status]").textContent = page.querySelector("main p")?.textContent ?? form.dataset.failed;
    return;
  }
  const left = page.getElementById("left");
  if (left) document.getElementById("left").replaceWith(left);
  form.replaceWith(fresh);
  watch(fresh);
  if (answer.ok) fresh.querySelector("[data-status]").textContent = fresh.dataset.saved;
  const next = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  const focus = (answer.ok && next) || fresh.querySelector("[aria-invalid]") || fresh.querySelector("[name^='text.']");
  focus?.focus();
}

forms().forEach(watch);
addEventListener("beforeunload", (event) => {
  if (forms().some(changed)) event.preventDefault();
});
