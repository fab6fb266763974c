// How many words were written, told when the writing pauses.
const PAUSE_MS = 1000;

for (const box of document.querySelectorAll("[data-essay]")) {
  const told = document.getElementById(`${box.id}-count`);
  let timer;
  const tell = () => {
    const written = box.value.trim();
    const words = written && written !== box.dataset.starter.trim() ? written.split(/\s+/u).length : 0;
    told.textContent = told.dataset.count.replace("{count}", words.toLocaleString(document.documentElement.lang));
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE_MS);
  });
  addEventListener("pageshow", tell);
}
