// Marking an answer: what the rubric comes to as levels are chosen, and a warning before leaving with a mark not saved.
const form = document.querySelector("#mark");
const sum = form.querySelector("[data-by-rubric]");
const criteria = [...form.querySelectorAll(".criterion")];
const said = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });

function count() {
  const chosen = criteria.map((criterion) => criterion.querySelector(":checked")).filter(Boolean);
  const { most, marks, words } = sum.dataset;
  if (chosen.length < criteria.length || Number(most) <= 0) {
    sum.textContent = "";
    return;
  }
  const points = chosen.reduce((total, level) => total + Number(level.dataset.points), 0);
  const mark = Math.min(1, Math.max(0, points / most)) * marks;
  sum.textContent = words.replace("{mark}", said.format(mark)).replace("{marks}", said.format(marks));
}

let changed = "unsaved" in form.dataset;
form.addEventListener("input", (event) => {
  changed = true;
  if (sum && event.target.type === "radio") count();
});
form.addEventListener("submit", () => (changed = false));
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) changed = false; // its words say so
});
addEventListener("beforeunload", (event) => changed && event.preventDefault());
