// The rows of a question (choices, accepted answers) come, go and move in place, without asking the server; what was
// typed stays, and a row taken out can be brought back. Leaving with words that are not saved asks first.
const form = document.querySelector("#question");
const rows = form.querySelector("[data-rows]");
const template = form.querySelector("[data-row-template]");
const add = form.querySelector("[data-add]");
const NAMED = ["name", "id", "for", "aria-describedby"];

const all = () => [...rows.querySelectorAll(":scope > [data-row]")];

// Names, ids and numbers follow the order; the server reads the rows by their names.
function number() {
  const standing = all();
  const chosen = rows.querySelector("[data-place-value]:checked");
  standing.forEach((row, place) => {
    row.querySelector("[data-number]").textContent = form.dataset.numbered.replace("{number}", place + 1);
    for (const element of row.querySelectorAll("*")) {
      for (const name of NAMED) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(/(^|\s)([a-z_]+)-(\d+|new)-/g, `$1$2-${place}-`));
      }
      if (element.matches("[data-place-value]")) element.value = place;
      if (element.name === "rows") {
        element.value = element.value.replace(/\d+$/, place);
        element.disabled =
          (element.value.startsWith("up") && place === 0) ||
          (element.value.startsWith("down") && place === standing.length - 1);
      }
    }
  });
  if (chosen) chosen.checked = true; // radio buttons whose names met on the way
  add.disabled = standing.length >= Number(form.dataset.most);
}

const first = (row) => row.querySelector("textarea, input:not([type=hidden])");

function remove(row) {
  const next = row.nextElementSibling;
  const near = next ?? row.previousElementSibling;
  row.remove();
  form.querySelector("[data-undo]")?.remove();
  const undo = document.createElement("p");
  undo.className = "row";
  undo.dataset.undo = "";
  undo.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small";
  button.textContent = form.dataset.undo;
  button.addEventListener("click", () => {
    rows.insertBefore(row, next?.isConnected ? next : null);
    undo.remove();
    number();
    first(row).focus();
  });
  undo.append(`${form.dataset.removed} `, button);
  rows.after(undo);
  number();
  (near ? first(near) : add).focus();
}

const steps = {
  up: (row) => row.previousElementSibling?.before(row),
  down: (row) => row.nextElementSibling?.after(row),
  remove,
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("[name=rows]");
  if (!button) return;
  event.preventDefault();
  changed = true;
  if (button.value === "add") {
    rows.append(template.content.cloneNode(true));
    number();
    first(rows.lastElementChild).focus();
    return;
  }
  const row = button.closest("[data-row]");
  steps[button.value.split(" ")[0]](row);
  if (!row.isConnected) return;
  number();
  (button.disabled ? row.querySelector("[name=rows]:not(:disabled)") : button).focus();
});

// A page that came back with faults, or with somebody else's version, holds words that are not saved either.
let changed = Boolean(document.querySelector("[data-unsaved]"));
form.addEventListener("input", (event) => {
  if (!event.target.closest("#try")) changed = true;
});
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());
