// What the toolbar's own buttons put into the text, and the dialogs that ask for it: files of the course's library or
// new ones, definitions, videos on other sites.
const HOSTS = /^(?:(?:www\.|m\.)?youtube\.com|youtu\.be|(?:www\.|player\.)?vimeo\.com)$/;
const KINDS = {
  picture: { takes: "image/*", is: (type) => type.startsWith("image/") },
  player: { takes: "video/*,audio/*", is: (type) => /^(video|audio)\//.test(type) },
  document: { takes: ".pdf,.docx,.odt,.xlsx,.ods,.pptx,.odp", is: (type) => !/^(image|video|audio)\//.test(type) },
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

const shown = async (file) => {
  const address = escaped(file.address);
  if (KINDS.picture.is(file.media_type)) {
    const described = await describe(file);
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

const describe = async (file) => {
  const dialog = document.querySelector("#describe");
  const form = dialog.querySelector("form");
  form.reset();
  form.elements.namedItem("alternative").value = file.alternative ?? "";
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
    this.status = this.dialog.querySelector("[role=status]");
    this.progress = this.dialog.querySelector("progress");
    this.input = this.dialog.querySelector("input[type=file]");
  }

  // A file of this kind, chosen or uploaded; nothing where the dialog was left.
  choose(kind) {
    const { dialog, list, status, input } = this;
    dialog.querySelector("h2").textContent = dialog.dataset[`title${kind[0].toUpperCase()}${kind.slice(1)}`];
    input.accept = KINDS[kind].takes;
    input.value = "";
    status.textContent = "";
    list.replaceChildren();
    return new Promise((chosen) => {
      let file = null;
      const take = (taken) => {
        file = taken;
        dialog.close();
      };
      input.onchange = async () => input.files[0] && take(await this.upload(input.files[0]));
      dialog.addEventListener("close", () => chosen(file), { once: true });
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
      this.status.textContent = this.dialog.dataset.failed;
      return;
    }
    const fitting = files.filter((file) => KINDS[kind].is(file.media_type));
    if (!fitting.length) this.status.textContent = this.dialog.dataset.empty;
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
      Object.assign(image, { src: file.address, alt: "", loading: "lazy" });
      button.append(image);
    }
    button.append(file.name);
    item.append(button);
    return item;
  }

  // Brings a file into the library; nothing where that failed, which the page then says.
  async upload(file, status = this.status) {
    const { uploading, uploadFailed } = this.dialog.dataset;
    const say = (share) => {
      status.textContent = uploading.replace("{name}", file.name).replace("{percent}", Math.floor(share * 100));
      this.progress.value = share;
    };
    this.progress.hidden = false;
    say(0);
    try {
      const { add } = await import(this.words.upload);
      const added = await add(file, { course: this.words.course, onProgress: say });
      status.textContent = "";
      return added;
    } catch (error) {
      status.textContent = uploadFailed.replace("{name}", file.name).replace("{why}", error.message);
      return null;
    } finally {
      this.progress.hidden = true;
    }
  }
}

// What the dialogs of `name` give as HTML to put into the text; nothing where they were left.
export class Inserts {
  constructor(words, editor) {
    this.library = new Library(words);
    this.editor = editor;
  }

  put(html) {
    this.editor.focus();
    if (html) this.editor.undoManager.transact(() => this.editor.insertContent(html));
  }

  async ask(name) {
    if (name in KINDS) {
      const file = await this.library.choose(name);
      return this.put(file && (await shown(file)));
    }
    const dialog = document.querySelector(`#${name}`);
    dialog.querySelector("form").reset();
    if (name === "definition") dialog.querySelector("[name=term]").value = this.editor.selection.getContent({ format: "text" });
    const given = await ask(dialog);
    return this.put(given && (name === "definition" ? define(given) : videoElsewhere(given)));
  }

  // Files that were dropped or pasted into the text.
  async files(dropped, status) {
    for (const file of dropped) {
      const kept = await this.library.upload(file, status);
      if (kept) this.put(await shown(kept));
    }
  }
}

const address = document.querySelector("#elsewhere [name=address]");
address.addEventListener("input", () => {
  const host = URL.canParse?.(address.value) === false ? "" : address.value.match(/^https:\/\/([^/]+)\/./)?.[1];
  address.setCustomValidity(address.value && !HOSTS.test(host ?? "") ? address.dataset.wrong : "");
});
