// Questions of a quiz: moved by drag or by their buttons, and their marks kept, without leaving the page. The list
// shows a move at once; what the server refuses is put back and said.
const list = document.querySelector("[data-slots]");
const told = document.querySelector("#told");

let queue = Promise.resolve();

// One after another, so that moves arrive in the order in which they were made.
const send = (form, address, fields) =>
  (queue = queue.then(async () => {
    const body = new URLSearchParams({ csrf_token: form.elements.namedItem("csrf_token").value, ...fields });
    try {
      const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
      return response.ok ? null : (response.status === 422 && (await response.text())) || list.dataset.failed;
    } catch {
      return list.dataset.failed;
    }
  }));

// Said again, also where it is what was said last.
const say = (words) => {
  told.textContent = "";
  requestAnimationFrame(() => (told.textContent = words));
};

const places = () => [...list.querySelectorAll(":scope > [data-slot]")];

const number = () =>
  places().forEach((item, place, all) => {
    item.querySelector("[data-place]").textContent = place + 1;
    item.querySelector("[value=up]").disabled = place === 0;
    item.querySelector("[value=down]").disabled = place === all.length - 1;
    item.querySelector("[data-turn]").hidden = place === 0;
  });

// Pages are counted anew where the list says them.
const paginate = () => {
  let page = 0;
  places().forEach((item, place) => {
    const begins = place === 0 || "begins" in item.dataset;
    page += begins;
    const word = item.querySelector("[data-page]");
    if (!word) return;
    word.hidden = !begins;
    word.textContent = list.dataset.pageWord.replace("{number}", page);
  });
};

const refused = (words) => {
  told.classList.remove("vh");
  told.classList.add("notice", "due");
  say(words);
};

// The question stands where it is to be: tell the server, and put it back if that is refused.
async function moved(item, back) {
  number();
  paginate();
  const form = item.querySelector("form.does");
  const words = list.dataset.moved.replace("{number}", places().indexOf(item) + 1).replace("{total}", places().length);
  const after = item.previousElementSibling?.dataset.slot ?? "";
  const wrong = await send(form, form.getAttribute("action"), { after });
  if (wrong) {
    back();
    number();
    paginate();
    refused(wrong);
  } else {
    say(words);
  }
}

async function weigh(input) {
  const form = input.form;
  const address = form.querySelector("[data-set]").getAttribute("formaction");
  const wrong = await send(form, address, { marks: input.value });
  input.toggleAttribute("aria-invalid", Boolean(wrong));
  if (wrong) refused(wrong);
  else say(list.dataset.weighed);
}

if (list) {
  list.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name !== "move") return;
    event.preventDefault();
    const item = button.closest("[data-slot]");
    const next = item.nextElementSibling;
    const other = button.value === "up" ? item.previousElementSibling : next;
    if (!other) return;
    if (button.value === "up") other.before(item);
    else other.after(item);
    moved(item, () => list.insertBefore(item, next));
    (button.disabled ? item.querySelector("[name=move]:not(:disabled)") : button)?.focus();
  });
  list.addEventListener("change", (event) => event.target.name === "marks" && weigh(event.target));
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "marks") return;
    event.preventDefault();
    weigh(event.target);
  });
  for (const button of list.querySelectorAll("[data-set]")) button.hidden = true;

  const { default: Sortable } = await import(list.dataset.sortable);
  for (const handle of list.querySelectorAll("[data-handle]")) handle.hidden = false;
  let next;
  Sortable.create(list, {
    handle: "[data-handle]",
    draggable: "[data-slot]",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    onStart: ({ item }) => (next = item.nextElementSibling),
    onEnd: ({ item, oldIndex, newIndex }) => oldIndex !== newIndex && moved(item, () => list.insertBefore(item, next)),
  });
}
