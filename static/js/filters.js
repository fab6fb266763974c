// A filter with too many choices to send along is a box to type in; what it suggests is fetched when it is reached.
for (const box of document.querySelectorAll("input[data-choices]")) {
  const fill = async () => {
    const answer = await fetch(`/reports/choices/${box.dataset.choices}`);
    if (!answer.ok) return;
    const options = (await answer.json()).map((label) => Object.assign(document.createElement("option"), { value: label }));
    box.list.replaceChildren(...options);
  };
  box.addEventListener("focus", () => fill().catch(() => {}), { once: true });
}
