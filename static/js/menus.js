// Menus are `details`, so they open without this. Here they close as menus do: when something else is clicked or
// reached, and with Escape, which gives the focus back to what opened them. A page may put others in their place.
const opened = () => [...document.querySelectorAll("details.drop[open]")];
const close = (except) => opened().forEach((menu) => menu !== except && menu.removeAttribute("open"));

for (const reached of ["click", "focusin"]) {
  document.addEventListener(reached, (event) => close(event.target.closest("details.drop")));
}

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && opened()[0];
  if (open) {
    close();
    open.querySelector("summary").focus();
  }
});

// A page that the back button brings back shows no open menu.
addEventListener("pagehide", () => close());

// Whoever signs out leaves nothing behind: a page that the back button would show as it stood is asked for again.
document.querySelector(".masthead form[action$='/sign-out']")?.addEventListener("submit", () => {
  localStorage.setItem("signed-out", Date.now());
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && Number(localStorage.getItem("signed-out")) > performance.timeOrigin) location.reload();
});
