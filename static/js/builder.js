// The builder without leaving the page: what its buttons and forms send goes by fetch, and the answer, the same page
// anew, gives the outline. The place, the focus and what is being typed elsewhere stay. Dragging and Alt with an arrow
// key do what the buttons in the grip's menu do.
const form = document.querySelector("#builder-form");
const told = document.querySelector("#told");
const refused = document.querySelector("#refused");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const renaming = new Map(); // the forms that are open in the outline, each with the link it came from

let queue = Promise.resolve();

// One after another, so that quick moves arrive in the order in which they were made. Gives whether it was done.
const act = (address, fields, after = {}) => (queue = queue.then(() => send(address, fields, after)));

async function send(address, fields, { native } = {}) {
  const body = new URLSearchParams({ csrf_token: form.elements.namedItem("csrf_token").value, ...fields });
  refused.hidden = true;
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (native?.elements.title.value === fields.title) renaming.delete(native); // or it goes on being typed
      show(page, new URL(response.url).searchParams, native);
      return true;
    }
    if (native && [409, 422].includes(response.status)) {
      HTMLFormElement.prototype.submit.call(native); // the page that shows both, or what is wrong
      return false;
    }
    refuse((await response.json().catch(() => ({}))).error ?? response.statusText);
  } catch {
    refuse(form.dataset.lost);
  }
  return false;
}

function refuse(why) {
  refused.textContent = why;
  refused.hidden = false;
}

function show(page, asked, saved) {
  const at = asked.get("at") ?? (asked.has("removed") ? "removed" : null);
  const words = (page.querySelector(".flash") ?? page.querySelector("#removed span"))?.textContent ?? "";
  const top = document.getElementById(at)?.getBoundingClientRect().top;
  const typed = new Map([...document.querySelectorAll("#beside textarea")].map(({ id, value }) => [id, value]));
  const focus = document.activeElement;
  const typing = [...renaming.keys()].some((edit) => edit.contains(focus)) && focus;
  for (const id of ["outline", "beside"]) {
    document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
  }
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  // A title that is being typed goes on from the version it was made from, or from itself as it was saved.
  for (const edit of renaming.keys()) {
    const link = [...document.querySelectorAll("#outline [data-rename]")].find(({ href }) => href === edit.action);
    if (edit === saved && link) edit.elements.version.value = link.dataset.version;
    if (link) place(edit, link);
    else renaming.delete(edit);
  }
  sortable();
  document.dispatchEvent(new CustomEvent("studio:refreshed"));
  told.textContent = words;
  document.querySelectorAll(".flash").forEach((former) => former.remove()); // what it said is done by now
  const thing = document.getElementById(at);
  if (thing && top !== undefined) scrollBy({ top: thing.getBoundingClientRect().top - top, behavior: "instant" });
  if (thing && asked.has("new")) rename(thing.querySelector("[data-rename]")); // its first title is made to be replaced
  if (typing && typing.isConnected) return typing.focus({ preventScroll: true });
  if (!thing) return;
  if (!asked.has("new")) (thing.querySelector("summary") ?? thing.querySelector("button")).focus({ preventScroll: true });
  thing.scrollIntoView({ block: "nearest", behavior: calm.matches ? "instant" : "smooth" });
}

const pressed = new WeakSet(); // a button pressed twice means it once

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (pressed.has(button)) return;
  pressed.add(button);
  await act(button.formAction, button.name ? { [button.name]: button.value } : {});
  pressed.delete(button);
});

// Renaming in place: Enter saves, Escape leaves.
function rename(link) {
  const edit = document.querySelector("#rename").content.firstElementChild.cloneNode(true);
  const { title, version } = edit.elements;
  edit.action = link.href;
  title.value = link.dataset.title;
  version.value = link.dataset.version;
  edit.addEventListener("submit", (event) => {
    event.preventDefault();
    if (title.value === renaming.get(edit).dataset.title) leave(edit);
    else act(edit.action, { title: title.value, version: version.value }, { native: edit });
  });
  edit.addEventListener("keydown", (event) => event.key === "Escape" && leave(edit));
  edit.querySelector("[type=button]").addEventListener("click", () => leave(edit));
  place(edit, link);
  title.focus();
  title.select();
}

const nameOf = (link) => link.closest("li, header").querySelector("[data-name]");

function place(edit, link) {
  renaming.set(edit, link);
  nameOf(link).hidden = true;
  nameOf(link).after(edit);
  link.closest("details")?.removeAttribute("open");
}

function leave(edit) {
  const link = renaming.get(edit);
  renaming.delete(edit);
  edit.remove();
  nameOf(link).hidden = false;
  (link.closest("details")?.querySelector("summary") ?? link).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-rename]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    rename(link);
  }
});

document.addEventListener("keydown", (event) => {
  const arrow = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const thing = arrow && event.altKey && event.target.closest("#builder .grip")?.closest("[data-place]");
  if (thing) {
    event.preventDefault();
    act(thing.dataset.place, { direction: arrow });
  }
});

// Menus close as menus do: when something else is clicked or reached, and with Escape.
const menus = () => [...document.querySelectorAll("#builder details.drop[open]")];
for (const reached of ["click", "focusin"]) {
  document.addEventListener(reached, ({ target }) => {
    menus().forEach((menu) => menu.contains(target) || menu.removeAttribute("open"));
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  }
});

const { default: Sortable, AutoScroll } = await import(form.dataset.sortable);
Sortable.mount(new AutoScroll());

function sortable() {
  const shared = {
    animation: calm.matches ? 0 : 150,
    forceFallback: true, // a button cannot be dragged natively everywhere, and a finger not at all
    fallbackTolerance: 4,
    scroll: true,
    bubbleScroll: true,
    direction: "vertical",
    onChoose: ({ item }) => (item.former = item.nextSibling), // not later, when what is dragged stands in the list too
  };
  const moved = async ({ item, from, to, oldIndex, newIndex }, address, fields) => {
    if (from === to && oldIndex === newIndex) return;
    if (!(await act(address, fields))) from.insertBefore(item, item.former);
  };
  for (const list of document.querySelectorAll("#builder [data-activities]")) {
    Sortable.create(list, {
      ...shared,
      group: "activities",
      handle: ".grip > summary",
      draggable: "[data-activity]",
      onEnd: (drop) => {
        const before = drop.item.nextElementSibling?.dataset.activity ?? "";
        moved(drop, drop.item.dataset.place, { module: drop.to.dataset.activities, before });
      },
    });
  }
  const builder = document.querySelector("#builder");
  Sortable.create(builder, {
    ...shared,
    handle: "header > .grip > summary",
    draggable: "[data-module]",
    onEnd: (drop) => moved(drop, drop.item.dataset.place, { before: drop.item.nextElementSibling?.dataset.module ?? "" }),
  });
}

sortable();
