// Puts things in order: by dragging, by buttons, by the arrow keys. The select boxes, which do the same without a
// script, go on holding the answer; they stay empty until something was moved or the order was kept, so that the order
// in which things happen to be shown is nobody's answer. Something is moved past its neighbours by moving these, since
// what leaves the page even for a moment loses the focus and the pointer.
const ARROWS = { ArrowUp: -1, ArrowDown: 1 };

function arrange(question) {
  const list = question.querySelector("ol");
  const open = question.querySelector("[data-open]");
  const said = question.querySelector("[data-said]");
  const { up, down, moved, kept } = question.dataset;
  const all = () => [...list.children];
  const box = (item) => item.querySelector("select");
  const name = (item) => item.querySelector("label").textContent.trim();
  const locked = () => box(list.firstElementChild).matches(":disabled");
  const answered = () => all().every((item, place) => box(item).value === String(place + 1));

  // Buttons at the ends say so and stay in reach: one that is disabled would drop the focus.
  function show() {
    const items = all();
    items.forEach((item, place) => {
      item.querySelector("[data-step='-1']").setAttribute("aria-disabled", String(place === 0));
      item.querySelector("[data-step='1']").setAttribute("aria-disabled", String(place === items.length - 1));
    });
    open.hidden = answered() || locked();
  }

  function keep(words) {
    all().forEach((item, place) => {
      box(item).value = String(place + 1);
    });
    show();
    said.textContent = words;
    box(list.firstElementChild).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function step(item, by) {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return false;
    if (by < 0) item.after(other);
    else item.before(other);
    return true;
  }

  const tell = (item) =>
    moved.replace("{item}", name(item)).replace("{place}", all().indexOf(item) + 1).replace("{count}", all().length);

  function button(item, by, sign, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button quiet small";
    made.dataset.step = by;
    made.textContent = sign;
    made.setAttribute("aria-label", label.replace("{item}", name(item)));
    made.addEventListener("click", () => step(item, by) && keep(tell(item)));
    return made;
  }

  function drag(item, grip) {
    let from;
    grip.addEventListener("pointerdown", (event) => {
      if (event.button || locked()) return;
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      from = all().indexOf(item);
      item.classList.add("held");
    });
    grip.addEventListener("pointermove", (event) => {
      if (from === undefined) return;
      const middle = (other) => (other ? other.getBoundingClientRect().top + other.offsetHeight / 2 : NaN);
      while (event.clientY < middle(item.previousElementSibling)) step(item, -1);
      while (event.clientY > middle(item.nextElementSibling)) step(item, 1);
    });
    const end = (event) => {
      if (from === undefined) return;
      const still = all().indexOf(item) === from;
      item.classList.remove("held");
      if (event.type === "pointercancel") while (all().indexOf(item) !== from) step(item, from < all().indexOf(item) ? -1 : 1);
      else if (!still) keep(tell(item));
      from = undefined;
    };
    grip.addEventListener("pointerup", end);
    grip.addEventListener("pointercancel", end);
  }

  for (const item of all()) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.ariaHidden = "true";
    grip.textContent = "⠿";
    item.prepend(grip);
    item.append(button(item, -1, "↑", up), button(item, 1, "↓", down));
    box(item).hidden = true;
    drag(item, grip);
  }
  list.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    const item = by && event.target.closest("[data-step]")?.closest("li");
    if (!item) return;
    event.preventDefault();
    if (step(item, by)) keep(tell(item));
  });
  open.querySelector("[data-keep]").addEventListener("click", () => {
    keep(kept);
    list.querySelector("[data-step='1']").focus();
  });
  // An answer that another script put into the boxes, as one that the browser had kept.
  list.addEventListener("change", () => {
    if (answered()) return;
    const place = (item) => Number(box(item).value) || Infinity;
    list.append(...all().sort((one, other) => place(one) - place(other)));
    show();
  });
  question.querySelector("[data-without]").hidden = true;
  question.querySelector("[data-with]").hidden = false;
  list.dataset.live = "";
  show();
}

document.querySelectorAll("[data-ordering]").forEach(arrange);
