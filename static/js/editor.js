// The rich editor in place of the text box, and what its toolbar has.
import { cleanPaste } from "./word.js";

const CALLOUTS = { note: "callout", warning: "callout warning" };
// Who only translates has no library: pictures stand where the source has them.
const toolbar = (hasLibrary) => [
  "undo redo", "blocks bold italic", "bullist numlist blockquote table", hasLibrary ? "link picture player document" : "link",
  "callout definition code", "ltr rtl speech", "removeformat",
].join(" | ");
const SPOKEN = ["ar", "en", "es", "fr", "de", "it", "nl", "pt", "sw", "uk"];

const callouts = (editor) => {
  editor.on("PreInit", () => {
    for (const [name, classes] of Object.entries(CALLOUTS)) {
      editor.formatter.register(name, { block: "aside", wrapper: true, attributes: { class: classes } });
    }
  });
  const turn = (name) => {
    editor.focus();
    const inside = editor.dom.getParent(editor.selection.getNode(), "aside");
    editor.undoManager.transact(() => {
      if (!inside) editor.formatter.apply(name);
      else if (inside.className === CALLOUTS[name]) editor.dom.remove(inside, true);
      else editor.dom.setAttrib(inside, "class", CALLOUTS[name]);
    });
    editor.nodeChanged();
  };
  editor.ui.registry.addMenuButton("callout", {
    icon: "comment",
    text: "Callout",
    fetch: (done) => done([
      { type: "menuitem", text: "Note", onAction: () => turn("note") },
      { type: "menuitem", text: "Warning", onAction: () => turn("warning") },
    ]),
  });
};

const code = (editor) => {
  editor.ui.registry.addMenuButton("code", {
    icon: "sourcecode",
    tooltip: "Code",
    fetch: (done) => done([
      { type: "menuitem", text: "Words as code", onAction: () => editor.execCommand("mceToggleFormat", false, "code") },
      { type: "menuitem", text: "Lines of code", onAction: () => editor.execCommand("FormatBlock", false, "pre") },
    ]),
  });
};

const speech = (editor, interfaceLanguage) => {
  const names = new Intl.DisplayNames([interfaceLanguage], { type: "language" });
  editor.on("PreInit", () => {
    editor.formatter.register("speech", { inline: "span", attributes: { lang: "%value" }, remove: "none" });
  });
  editor.ui.registry.addMenuButton("speech", {
    icon: "language",
    tooltip: "Language",
    fetch: (done) => done([
      ...SPOKEN.map((tag) => ({
        type: "menuitem",
        text: names.of(tag),
        onAction: () => editor.formatter.apply("speech", { value: tag }),
      })),
      { type: "menuitem", text: "None", onAction: () => editor.formatter.remove("speech", { value: null }, null, true) },
    ]),
  });
};

// What is one thing in the text: it is chosen, moved and deleted whole.
const WHOLE = (node) => node.attr("class") === "elsewhere";

// A sound without its controls would not be seen; the text that is saved says nothing of them.
const players = (editor) => {
  const turn = (parts, controls) => parts.addNodeFilter("video,audio", (nodes) => nodes.forEach((node) => node.attr("controls", controls)));
  turn(editor.parser, "controls");
  turn(editor.serializer, null);
};

const whole = (editor) => {
  editor.parser.addNodeFilter("figure", (nodes) => nodes.filter(WHOLE).forEach((node) => node.attr("contenteditable", "false")));
  editor.serializer.addNodeFilter("figure", (nodes) => nodes.forEach((node) => node.attr("contenteditable", null)));
};

export function openEditor(textarea, { words, changed, asks, files }) {
  const { language, direction, style, contentStyle, label } = words;
  const page = document.documentElement.lang || "en";
  if (words.words) hugerte.addI18n(page, JSON.parse(words.words));
  return new Promise((opened) => {
    hugerte.init({
      target: textarea,
      language: words.words ? page : undefined,
      skin: false,
      content_css: [style, contentStyle],
      body_class: "prose",
      plugins: "autolink autoresize directionality link lists table",
      menubar: false,
      statusbar: false,
      branding: false,
      promotion: false,
      toolbar: toolbar(Boolean(words.files)),
      toolbar_mode: innerWidth < 700 ? "scrolling" : "wrap",
      toolbar_sticky: true,
      toolbar_sticky_offset: document.querySelector(".writing .bar").offsetHeight,
      block_formats: "Paragraph=p; Heading=h2; Smaller heading=h3; Smallest heading=h4",
      directionality: direction,
      iframe_aria_text: label,
      convert_urls: false,
      entity_encoding: "raw",
      object_resizing: false,
      link_context_toolbar: true,
      link_target_list: false,
      link_assume_external_targets: "https",
      default_link_target: "",
      table_default_attributes: {},
      table_default_styles: {},
      table_appearance_options: false,
      table_advtab: false,
      table_cell_advtab: false,
      table_row_advtab: false,
      table_sizing_mode: "responsive",
      table_header_type: "sectionCells",
      paste_data_images: false,
      paste_webkit_styles: "all",
      invalid_styles: "width height border border-collapse float margin text-align",
      contextmenu: false,
      min_height: 420,
      autoresize_bottom_margin: 48,
      autoresize_overflow_padding: 24,
      setup(editor) {
        callouts(editor);
        code(editor);
        speech(editor, page);
        for (const [name, icon, tooltip] of [
          ["picture", "image", "Picture"],
          ["document", "document-properties", "Document"],
          ["definition", "info", "Definition"],
        ]) {
          editor.ui.registry.addButton(name, { icon, tooltip, onAction: () => asks(name) });
        }
        editor.ui.registry.addMenuButton("player", {
          icon: "embed",
          tooltip: "Video or sound",
          fetch: (done) => done([
            { type: "menuitem", text: "Video or sound", onAction: () => asks("player") },
            { type: "menuitem", text: "Video on another site", onAction: () => asks("elsewhere") },
          ]),
        });
        editor.on("PreInit", () => {
          whole(editor);
          players(editor);
          editor.getDoc().documentElement.lang = language;
          editor.getBody().lang = language;
        });
        editor.on("PastePreProcess", (event) => {
          if (!event.internal) event.content = cleanPaste(event.content);
        });
        const take = (event, sent) => {
          event.preventDefault();
          event.stopImmediatePropagation();
          files(sent);
        };
        // What a word processor puts beside its text as a picture of it is not what was meant; a picture that was
        // copied from a page comes with a tag for it, and no word.
        const says = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
        editor.on("paste", (event) => {
          const sent = [...(event.clipboardData?.files ?? [])];
          if (sent.length && !says(event.clipboardData.getData("text/html"))) take(event, sent);
        }, true);
        editor.on("drop", (event) => {
          const sent = [...(event.dataTransfer?.files ?? [])];
          if (!sent.length || event.dataTransfer.types.includes("text/html")) return;
          const there = hugerte.dom.RangeUtils.getCaretRangeFromPoint(event.clientX, event.clientY, editor.getDoc());
          if (there) editor.selection.setRng(there);
          take(event, sent);
        }, true);
        editor.on("input change undo redo SetContent ExecCommand ObjectResized", (event) => !event.initial && changed());
        editor.on("init", () => opened(editor));
      },
    });
  });
}
