// Tells the server which activity is open, so that the person resumes there. A GET never writes, so the page says it.
const player = document.querySelector("[data-place]");

if (player) {
  const say = () => {
    const body = new URLSearchParams({ csrf_token: player.dataset.token });
    fetch(player.dataset.place, { method: "POST", body, keepalive: true, headers: { "X-Requested-With": "fetch" } }).catch(() => {});
  };
  if (document.prerendering) {
    document.addEventListener("prerenderingchange", say, { once: true });
  } else {
    say();
  }
}

