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

// A form is sent once: a second press while the first is on its way is no second wish. Scripts that send a form by
// themselves have said so by then; what comes as a file leaves the page as it is, so the form can be sent again.
const AGAIN_MS = 4000;
let sentAt = -Infinity;
let sent;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent === event.target && performance.now() - sentAt < AGAIN_MS) return event.preventDefault();
  sent = event.target;
  sentAt = performance.now();
});
addEventListener("pageshow", () => {
  sent = undefined;
});
