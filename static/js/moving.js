// A course on its way. Shows how far a move is, until it is over or asks something; and sends a folder in parts where
// the page has the script for that, so that a lost connection goes on where it was.
const waiting = document.querySelector("[data-progress]");
const form = document.querySelector("form[data-uploader]");
const EVERY_MS = 1000;
const SLOWEST_MS = 15000;

if (waiting) {
  const bar = waiting.querySelector("progress");
  const status = waiting.querySelector("[role=status]");
  let wait = EVERY_MS;

  const look = async () => {
    try {
      const answer = await fetch(waiting.dataset.progress, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const { under_way: underWay, done, total, words } = await answer.json();
      if (!underWay) {
        location.reload();
        return;
      }
      if (total) {
        bar.max = total;
        bar.value = done;
      }
      if (status.textContent !== words) status.textContent = words;
      wait = EVERY_MS;
    } catch {
      status.textContent = waiting.dataset.lost;
      wait = Math.min(wait * 2, SLOWEST_MS);
    }
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
}

if (form) {
  const file = form.elements.namedItem("folder");
  const sending = form.querySelector(".sending");
  const bar = sending.querySelector("progress");
  const status = sending.querySelector("[role=status]");
  const button = form.querySelector("button");

  form.addEventListener("submit", async (event) => {
    if (!file.files.length) return;
    event.preventDefault();
    button.disabled = true;
    sending.hidden = false;
    try {
      const { upload } = await import(form.dataset.uploader);
      const id = await upload(file.files[0], {
        course: null,
        purpose: "folder",
        onWaiting: () => {
          status.textContent = form.dataset.waiting;
        },
        onProgress: (share) => {
          bar.value = share * 100;
          status.textContent = form.dataset.sending.replace("{share}", new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share));
        },
      });
      form.elements.namedItem("upload").value = id;
      file.disabled = true; // it is there already
      form.submit();
    } catch {
      status.textContent = form.dataset.broken;
      button.disabled = false;
    }
  });
}
