// What has too many choices to send along is a box to type in; what it suggests is fetched when it is reached, for a
// report's filter by its name, else from the address that the box says.
for (const box of document.querySelectorAll("input[data-choices]")) {
  const fill = async () => {
    const { choices } = box.dataset;
    const answer = await fetch(choices.startsWith("/") ? choices : `/reports/choices/${choices}`);
    if (!answer.ok) return;
    const options = (await answer.json()).map((label) => Object.assign(document.createElement("option"), { value: label }));
    box.list.replaceChildren(...options);
  };
  box.addEventListener("focus", () => fill().catch(() => {}), { once: true });
}
