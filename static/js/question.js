// The rows of a question (choices, accepted answers, hints …) come, go and move in place, without asking the server;
// what was typed stays, and a row taken out can be brought back. Rows may hold lists of their own. Leaving with words
// that are not saved asks first.
const form = document.querySelector("#question");
const NAMED = ["name", "id", "for", "aria-describedby", "data-rows", "value", "formaction"];

const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")];
const listOf = (button) => button.closest("[data-row]")?.parentElement;
const own = (row, element) => element.closest("[data-row]") === row;

// What the fields of a list are called: `choices`, `gaps-1-answers`. The form's own list need not say so.
const nameOf = (list) => list.dataset.rows || rowsOf(list)[0]?.querySelector("[name*='-']")?.name.replace(/-(\d+|new)-.*$/, "");

// Every element of a row, those waiting in the templates of its own lists with them.
function* within(root) {
  for (const element of root.querySelectorAll("*")) {
    yield element;
    if (element.content instanceof DocumentFragment) yield* within(element.content);
  }
}

// Names, ids and numbers follow the order; the server reads the rows by their names.
function number(list) {
  const rows = rowsOf(list);
  const chosen = list.querySelector("[data-place-value]:checked");
  const name = nameOf(list);
  const words = list.dataset.numbered ?? form.dataset.numbered;
  const pattern = new RegExp(`(?<![\\w-])${name}-(\\d+|new)(?=-)`, "g");
  rows.forEach((row, place) => {
    row.querySelector("[data-number]").textContent = words.replace("{number}", place + 1);
    for (const element of within(row)) {
      const button = element.name === "rows";
      for (const attribute of NAMED) {
        if (attribute === "value" && !button) continue; // what was typed
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(pattern, `${name}-${place}`));
      }
      if (element.matches("[data-place-value]")) element.value = place;
      if (button && own(row, element)) {
        element.value = element.value.replace(/\d+$/, place);
        element.disabled =
          (/\bup \d+$/.test(element.value) && place === 0) ||
          (/\bdown \d+$/.test(element.value) && place === rows.length - 1);
      }
    }
  });
  if (chosen) chosen.checked = true; // radio buttons whose names met on the way
  addOf(list).disabled = rows.length >= Number(list.dataset.most ?? form.dataset.most);
  list.dispatchEvent(new Event("rows", { bubbles: true }));
}

const addOf = (list) => list.parentElement.querySelector(":scope > [data-add]");
const first = (row) => row.querySelector("textarea, input:not([type=hidden]), select");

function remove(row) {
  const list = row.parentElement;
  const next = row.nextElementSibling;
  const near = next ?? row.previousElementSibling;
  row.remove();
  form.querySelector("p[data-undo]")?.remove();
  const undo = document.createElement("p");
  undo.className = "row";
  undo.dataset.undo = "";
  undo.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small";
  button.textContent = form.dataset.undo;
  button.addEventListener("click", () => {
    list.insertBefore(row, next?.isConnected ? next : null);
    undo.remove();
    number(list);
    first(row).focus();
  });
  undo.append(`${form.dataset.removed} `, button);
  list.after(undo);
  number(list);
  (near ? first(near) : addOf(list)).focus();
}

const steps = {
  up: (row) => row.previousElementSibling?.before(row),
  down: (row) => row.nextElementSibling?.after(row),
  remove,
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("[name=rows]");
  const action = button?.value.match(/(?:^| )(add|up|down|remove)\b/)?.[1];
  if (!action) return; // what only the server can do
  event.preventDefault();
  changed = true;
  if (action === "add") {
    const list = button.parentElement.querySelector(":scope > [data-rows]");
    const template = button.parentElement.querySelector(":scope > template");
    list.append(template.content.cloneNode(true));
    number(list);
    first(list.lastElementChild).focus();
    return;
  }
  const row = button.closest("[data-row]");
  steps[action](row);
  if (!row.isConnected) return;
  number(listOf(button));
  (button.disabled ? [...row.querySelectorAll("[name=rows]:not(:disabled)")].find((other) => own(row, other)) : button).focus();
});

// The picture that was chosen is shown beside its name.
form.addEventListener("change", (event) => {
  const box = event.target.matches("select") && event.target.closest("[data-choose-picture]");
  if (!box) return;
  const { thumbnail, width, height } = event.target.selectedOptions[0].dataset;
  const picture = new Image(Number(width) || undefined, Number(height) || undefined);
  picture.src = thumbnail ?? "";
  picture.alt = "";
  box.querySelector(".thumbnail").replaceChildren(...(thumbnail ? [picture] : []));
});

// A page that came back with faults, or with somebody else's version, holds words that are not saved either.
let changed = Boolean(document.querySelector("[data-unsaved]"));
form.addEventListener("input", (event) => {
  if (!event.target.closest("#try")) changed = true;
});
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());
