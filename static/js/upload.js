// Sends files in parts (tus 1.0), so that a lost connection, a closed tab or a server that starts again costs nothing:
// choosing the same file again goes on where it was. The page must hold a form with a token; `tus` is built into this file.
const ENDPOINT = "/teach/uploads";
const PART = 2 * 1024 * 1024;
const DELAYS = [500, 1000, 3000, 5000, 10000, 20000, 30000];
const FURTHEST = 1e9; // seconds: a browser that does not know how long a recording is finds out by going there
const PATIENCE_MS = 20000;

export const headers = () => ({
  "X-CSRFToken": document.querySelector("input[name=csrf_token]").value,
  "X-Requested-With": "fetch",
});

// What the server said was wrong, in its own words.
export class Refused extends Error {}

const saidBy = (error) => {
  try {
    return JSON.parse(error.originalResponse.getBody()).error;
  } catch {
    return undefined;
  }
};

// The id of the upload once all of it has come. `onProgress(share)` is called as it goes, `onWaiting()` while there is
// no connection. An aborted `signal` takes back what was sent. Rejects with `Refused`, or with what broke.
export function upload(file, { course, purpose = "media", onProgress, onWaiting, signal } = {}) {
  return new Promise((resolve, reject) => {
    const sending = new window.tus.Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PART,
      retryDelays: DELAYS,
      headers: headers(),
      metadata: { filename: file.name, purpose, ...(course ? { course: String(course) } : {}) },
      fingerprint: async () => ["academy", purpose, course, file.name, file.size, file.lastModified].join(":"),
      removeFingerprintOnSuccess: true,
      onProgress: (sent, size) => onProgress?.(size ? sent / size : 1),
      onSuccess: () => resolve(sending.url.split("/").pop()),
      onError: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (signal?.aborted) return;
        if (!navigator.onLine) {
          onWaiting?.();
          addEventListener("online", () => signal?.aborted || sending.start(), { once: true });
        } else {
          reject(status >= 400 && status < 500 ? new Refused(saidBy(error) ?? error.message) : error);
        }
      },
    });
    signal?.addEventListener("abort", () => {
      sending.abort(true).catch(() => {}); // the server sweeps what it could not be told of
      reject(new DOMException("", "AbortError"));
    });
    sending.findPreviousUploads().then((before) => {
      if (before.length) sending.resumeFromPreviousUpload(before[0]);
      if (!signal?.aborted) sending.start();
    }, reject);
  });
}

const post = async (address, fields) => {
  const response = await fetch(address, { method: "POST", headers: headers(), body: new URLSearchParams(fields) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? response.statusText);
  return answer;
};

// Upload a file and make it one of the course's library: what `GET …/media/files` says of it. `onLooking()` is called
// when all has come and the server looks into it.
export async function add(file, { course, onLooking, signal, ...options }) {
  const going = new AbortController(); // what is in the library is not taken back, whenever `signal` is aborted
  const leave = () => going.abort();
  signal?.addEventListener("abort", leave);
  const id = await upload(file, { course, purpose: "media", signal: going.signal, ...options });
  onLooking?.();
  let added;
  try {
    added = await post(`/teach/courses/${course}/media`, { upload: id });
  } catch (error) {
    if (error instanceof Refused) {
      fetch(`${ENDPOINT}/${id}`, { method: "DELETE", headers: { ...headers(), "Tus-Resumable": "1.0.0" } }).catch(() => {});
    }
    throw error;
  }
  signal?.removeEventListener("abort", leave);
  return added.seconds === null && /^(video|audio)\//.test(added.media_type) ? measured(added) : added;
}

// How long a stored video or sound is, and how large: the browser finds out, the server writes it down.
export async function measured(item) {
  const found = await measure(item.address, item.media_type.startsWith("audio") ? "audio" : "video");
  return found ? { ...item, ...(await post(item.length, found).catch(() => ({}))) } : item;
}

export function measure(address, tag) {
  return new Promise((resolve) => {
    const player = document.createElement(tag);
    const done = (found) => {
      clearTimeout(timer);
      player.removeAttribute("src");
      resolve(found);
    };
    const timer = setTimeout(() => done(null), PATIENCE_MS);
    const look = () => {
      if (!Number.isFinite(player.duration)) {
        player.currentTime = FURTHEST;
        return;
      }
      const size = player.videoWidth ? { width: player.videoWidth, height: player.videoHeight } : {};
      done({ seconds: player.duration, ...size });
    };
    player.preload = "metadata";
    player.muted = true;
    player.addEventListener("loadedmetadata", look);
    player.addEventListener("durationchange", () => player.readyState && look());
    player.addEventListener("error", () => done(null));
    player.src = address;
  });
}
