// The lines of a budget: each is what for and how much, named by its number. `words` are the form's.
const name = (body, words) => {
  for (const [place, row] of [...body.rows].entries()) {
    const [item, cost] = row.querySelectorAll("input");
    item.setAttribute("aria-label", words.lineItem.replace("{number}", place + 1));
    cost.setAttribute("aria-label", words.lineCost.replace("{number}", place + 1));
  }
};

const empty = (row) => {
  for (const input of row.querySelectorAll("input")) input.value = "";
};

export const addLine = (body, words) => {
  const row = body.rows[body.rows.length - 1].cloneNode(true);
  empty(row);
  body.append(row);
  name(body, words);
  return row;
};

// The last line is only emptied.
export const dropLine = (row, words) => {
  const body = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling ?? row;
  if (body.rows.length > 1) row.remove();
  else empty(row);
  name(body, words);
  next.querySelector("input").focus();
};
