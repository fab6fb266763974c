// The time that is left for an attempt. It counts from what the server said last, by a clock of this device that nobody
// can set; `data-announced` of the timer says what is told out loud, and at how many seconds.
const timer = document.querySelector("#timer");
const told = document.querySelector("#time");
const announced = JSON.parse(timer?.dataset.announced ?? "{}");
const SLEPT_MS = 5000;

let end;
let shown = Infinity;
let ticking;

// So many seconds are left from now on.
export const setTime = (left) => {
  end = performance.now() + left * 1000;
};

export const announce = (words) => {
  told.textContent = words;
};

const face = (left) => {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
};

// Counts down, if the attempt has an end: then it calls `isUp`, with where to go from here. A device that slept may have
// stopped counting: it calls `slept`.
export const countDown = ({ isUp, slept }) => {
  if (!(Number(timer?.dataset.left) > 0)) return;
  shown = Number(timer.dataset.left);
  setTime(shown);
  ticking = setInterval(() => tick(isUp), 1000);
  const lag = () => Date.now() - performance.now();
  const awake = lag();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Math.abs(lag() - awake) > SLEPT_MS) slept();
  });
};

const tick = (isUp) => {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  timer.textContent = face(left);
  for (const [at, words] of Object.entries(announced)) if (left <= at && shown > at) announce(words);
  shown = left;
  if (left > 0) return;
  clearInterval(ticking);
  isUp(timer.dataset.next);
};
