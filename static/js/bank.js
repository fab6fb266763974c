// The bank's list: all on the page ticked at once, how many are, a run of them with Shift, and Enter in a field of a
// change presses the button beside it.
const form = document.querySelector("#bank");
if (form) {
  const boxes = [...form.querySelectorAll("[name=question]")];
  const all = form.querySelector("[data-all]");
  const box = all.querySelector("input");
  const told = form.querySelector("[data-count]");
  let last = null;

  const count = () => {
    const ticked = boxes.filter((one) => one.checked).length;
    told.textContent = ticked ? form.dataset.ticked.replace("{count}", ticked) : "";
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  };

  all.hidden = false;
  box.addEventListener("change", () => {
    for (const one of boxes) one.checked = box.checked;
    count();
  });
  form.addEventListener("click", (event) => {
    const place = boxes.indexOf(event.target);
    if (place < 0) return;
    if (event.shiftKey && last !== null) {
      for (const one of boxes.slice(Math.min(place, last), Math.max(place, last) + 1)) one.checked = event.target.checked;
    }
    last = place;
    count();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-deed] input")) return;
    event.preventDefault();
    event.target.closest("[data-deed]").querySelector("button").click();
  });
  addEventListener("pageshow", count); // a browser that goes back keeps the ticks
  count();
}
