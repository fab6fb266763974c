// How many words a text has, in any script, as the server counts them (app/grants/applications/counting.py).
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/u;
const SIGNS = /[\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3fffd}]/gu;
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/gu;
const A_WORD = 5;

export const wordsIn = (text) => {
  const signs = text.match(SIGNS)?.length ?? 0;
  const letters = text.match(UNSPACED)?.length ?? 0;
  const runs = text.replace(SIGNS, " ").replace(UNSPACED, " ").split(SPACES);
  return signs + Math.ceil(letters / A_WORD) + runs.filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
};

// Tells how long the text of a section is, while it is typed.
export const tellCount = (section) => {
  const box = section.querySelector("textarea[data-words]");
  const told = section.querySelector("[data-count]");
  if (!box || !told) return;
  const [written, most] = [wordsIn(box.value), Number(box.dataset.words)];
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  told.textContent = told.dataset.count.replace("{count}", number(written)).replace("{most}", number(most));
  if (written > most) told.textContent += `: ${told.dataset.over.replace("{over}", number(written - most))}`;
  told.classList.toggle("over", written > most);
};
