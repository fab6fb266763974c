// Places on a picture: a click on one is a click on its control in the list, and what is chosen is marked on it.
for (const question of document.querySelectorAll(".spots")) {
  const controls = [...question.querySelectorAll(".choice input")];
  const of = (key) => controls.find((control) => control.value === key);
  const mark = () => {
    for (const place of question.querySelectorAll("[data-spot]")) {
      place.classList.toggle("chosen", Boolean(of(place.dataset.spot)?.checked));
    }
  };
  question.addEventListener("click", (event) => {
    const control = of(event.target.closest("[data-spot]")?.dataset.spot);
    if (!control) return;
    control.click(); // does nothing to one that is disabled
    control.focus({ preventScroll: true });
  });
  question.addEventListener("change", mark);
  addEventListener("pageshow", mark);
  mark();
}
