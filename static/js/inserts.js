// What the toolbar's own buttons put into the text, and the dialogs that ask for it: files of the course's library or
// new ones, definitions, videos on other sites.
const HOSTS = /^(?:(?:www\.|m\.)?youtube\.com|youtu\.be|(?:www\.|player\.)?vimeo\.com)$/;
const KINDS = {
  picture: { takes: "image/*", is: (type) => type.startsWith("image/") },
  player: { takes: "video/*,audio/*", is: (type) => /^(video|audio)\//.test(type) },
  document: { takes: ".pdf,.doc,.docx,.odt,.xls,.xlsx,.ods,.ppt,.pptx,.odp,.csv,.txt", is: (type) => !/^(image|video|audio)\//.test(type) },
};
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (words) => String(words).replace(/[&<>"]/g, (character) => ESCAPES[character]);

const picture = ({ address, width, height }, { alternative, caption }) => {
  const size = width && height ? ` width="${width}" height="${height}"` : "";
  const under = caption ? `<figcaption>${escaped(caption)}</figcaption>` : "";
  return `<figure><img src="${escaped(address)}" alt="${escaped(alternative)}"${size}>${under}</figure><p></p>`;
};

const define = ({ term, meaning }) => `<dl><dt><dfn>${escaped(term)}</dfn></dt><dd>${escaped(meaning)}</dd></dl><p></p>`;

const videoElsewhere = ({ address, title }) =>
  `<figure class="elsewhere"><a href="${escaped(address)}">${escaped(title)}</a></figure><p></p>`;

const shown = async (file, library) => {
  const address = escaped(file.address);
  if (KINDS.picture.is(file.media_type)) {
    const described = await describe(file, library.words.language);
    if (described && file.alternative === null) library.describe(file, described.alternative.trim());
    return described && picture(file, described);
  }
  if (file.media_type.startsWith("video/")) return `<figure><video src="${address}"></video></figure><p></p>`;
  if (file.media_type.startsWith("audio/")) return `<figure><audio src="${address}"></audio></figure><p></p>`;
  return `<a class="document" href="${address}">${escaped(file.name)}</a>`;
};

// Opens a dialog and waits for what was filled in; nothing where it was left.
const ask = (dialog) =>
  new Promise((answered) => {
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => answered(dialog.returnValue ? Object.fromEntries(new FormData(dialog.querySelector("form"))) : null),
      { once: true },
    );
    dialog.showModal();
  });

const describe = async (file, language) => {
  const dialog = document.querySelector("#describe");
  const form = dialog.querySelector("form");
  form.reset();
  form.elements.namedItem("alternative").value = file.alternatives[language] ?? file.alternative ?? "";
  const image = dialog.querySelector("img");
  image.src = file.address;
  image.hidden = false;
  return ask(dialog);
};

class Library {
  constructor(words) {
    this.words = words;
    this.dialog = document.querySelector("#library");
    this.list = this.dialog.querySelector(".files");
    this.sending = new Sending(this.dialog, this.dialog.dataset);
    this.input = this.dialog.querySelector("input[type=file]");
  }

  // A file of this kind, chosen or uploaded; nothing where the dialog was left.
  choose(kind) {
    const { dialog, list, sending, input } = this;
    dialog.querySelector("h2").textContent = dialog.dataset[`title${kind[0].toUpperCase()}${kind.slice(1)}`];
    input.accept = KINDS[kind].takes;
    input.value = "";
    sending.say("");
    list.replaceChildren();
    return new Promise((chosen) => {
      let file = null;
      const left = new AbortController();
      const take = (taken) => {
        if (!taken || left.signal.aborted) return;
        file = taken;
        dialog.close();
      };
      input.onchange = async () => input.files[0] && take(await this.upload(input.files[0], sending, left.signal));
      dialog.addEventListener("close", () => (left.abort(), chosen(file)), { once: true });
      dialog.showModal();
      this.fill(kind, take);
    });
  }

  async fill(kind, take) {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(this.words.files, { headers }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null;
    const files = Array.isArray(said) ? said : said?.files;
    if (!files) {
      this.sending.say(this.dialog.dataset.failed);
      return;
    }
    const fitting = files.filter((file) => KINDS[kind].is(file.media_type));
    if (!fitting.length) this.sending.say(this.dialog.dataset.empty);
    this.list.replaceChildren(...fitting.map((file) => this.entry(file, kind, take)));
  }

  entry(file, kind, take) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.onclick = () => take(file);
    if (kind === "picture") {
      const image = new Image();
      Object.assign(image, { src: file.thumbnail ?? file.address, alt: "", loading: "lazy" });
      button.append(image);
    }
    button.append(file.name);
    item.append(button);
    return item;
  }

  // Brings a file into the library; nothing where that failed, which is then said, or was left.
  async upload(file, sending, signal) {
    sending.begin(file);
    try {
      const { add } = await import(this.words.upload);
      const added = await add(file, {
        course: this.words.course,
        signal,
        onProgress: (share) => sending.sent(share),
        onWaiting: () => sending.waits(),
        onLooking: () => sending.looks(),
      });
      sending.end("");
      return added;
    } catch (error) {
      sending.end(error.name === "AbortError" ? "" : sending.words.uploadFailed.replace("{why}", error.message));
      return null;
    }
  }

  // What a picture shows is asked once: the library knows it from here on. It asks itself where this does not arrive.
  async describe({ hash, name, version, page }, alternative) {
    const { headers } = await import(this.words.upload);
    const said = alternative ? { [`alternative_${this.words.language}`]: alternative } : { decorates: "y" };
    const fields = Object.entries({ name, version, ...said }).map(([field, value]) => [`f${hash.slice(0, 12)}-${field}`, value]);
    fetch(page, { method: "POST", headers: headers(), body: new URLSearchParams(fields) }).catch(() => {});
  }
}

// How far a file is, said within `place`: its progress bar, and its status for those who hear.
class Sending {
  constructor(place, words) {
    this.words = words;
    this.place = place;
    this.status = place.querySelector("[role=status]");
    this.progress = place.querySelector("progress");
  }

  say(told) {
    this.status.textContent = this.file ? told.replace("{name}", this.file.name) : told;
  }

  begin(file) {
    this.file = file;
    this.progress.hidden = false;
    this.sent(0);
  }

  sent(share) {
    this.progress.value = share;
    this.say(this.words.uploading);
  }

  waits() {
    this.say(this.words.waiting);
  }

  looks() {
    this.say(this.words.looking);
  }

  end(told) {
    this.say(told);
    this.progress.hidden = true;
    this.file = null;
  }
}

// What the dialogs of `name` give as HTML to put into the text; nothing where they were left.
export class Inserts {
  constructor(words, editor) {
    this.library = new Library(words);
    this.editor = editor;
    this.dropped = document.querySelector("#dropped");
    this.sending = new Sending(this.dropped, this.library.dialog.dataset);
    this.queue = Promise.resolve();
  }

  put(html) {
    this.editor.focus();
    if (html) this.editor.undoManager.transact(() => this.editor.insertContent(html));
  }

  async ask(name) {
    if (name in KINDS) {
      const file = await this.library.choose(name);
      return this.put(file && (await shown(file, this.library)));
    }
    const dialog = document.querySelector(`#${name}`);
    dialog.querySelector("form").reset();
    if (name === "definition") dialog.querySelector("[name=term]").value = this.editor.selection.getContent({ format: "text" });
    const given = await ask(dialog);
    return this.put(given && (name === "definition" ? define(given) : videoElsewhere(given)));
  }

  // Files that were dropped or pasted into the text stand where that was, however much is written while they are sent.
  files(dropped) {
    if (!this.editor.selection.isCollapsed()) this.editor.execCommand("Delete");
    const place = this.editor.selection.getBookmark();
    this.queue = this.queue.then(() => this.send(dropped, place));
  }

  async send(dropped, place) {
    const { editor, sending, library } = this;
    const { selection } = editor;
    const button = this.dropped.querySelector("button");
    const left = new AbortController();
    button.textContent = sending.words.cancel;
    button.onclick = () => {
      left.abort();
      this.dropped.hidden = true;
    };
    for (const file of dropped) {
      if (left.signal.aborted) break;
      this.dropped.hidden = false;
      const kept = await library.upload(file, sending, left.signal);
      this.dropped.hidden = Boolean(kept);
      const html = kept && (await shown(kept, library));
      if (!html) continue;
      const here = this.isAway(place) && selection.getBookmark();
      selection.moveToBookmark(place);
      this.put(html);
      place = selection.getBookmark();
      if (here) selection.moveToBookmark(here);
    }
    if (this.isAway(place)) ["start", "end"].forEach((end) => editor.dom.remove(`${place.id}_${end}`));
    else selection.moveToBookmark(place);
    button.textContent = sending.words.close;
  }

  // Whether one writes elsewhere by now.
  isAway(place) {
    const mark = this.editor.dom.get(`${place.id}_start`);
    if (!mark) return false;
    const [here, there] = [this.editor.selection.getRng(), this.editor.dom.createRng()];
    there.selectNode(mark);
    return here.compareBoundaryPoints(Range.START_TO_START, there) < 0 || here.compareBoundaryPoints(Range.END_TO_END, there) > 0;
  }
}

const address = document.querySelector("#elsewhere [name=address]");
address.addEventListener("input", () => {
  const host = URL.canParse?.(address.value) === false ? "" : address.value.match(/^https:\/\/([^/]+)\/./)?.[1];
  address.setCustomValidity(address.value && !HOSTS.test(host ?? "") ? address.dataset.wrong : "");
});
