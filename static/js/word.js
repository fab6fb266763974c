// What is pasted from a word processor, made plain: real lists and headings, and nothing that only it understands.
const BULLET = /^\s*[·•◦▪‣○●\u00a7\uf0b7\uf0a7o–-][\s\u00a0]+/;
const NUMBER = /^\s*\(?(?:[0-9]{1,3}|[a-z]|[ivxlc]{1,6})[.)][\s\u00a0]+/i;

const isWord = (html) => /class="?'?Mso|mso-|urn:schemas-microsoft-com|<o:p>|docs-internal-guid|LibreOffice|OpenOffice/i.test(html);

// The level of a paragraph that Word shows as an item of a list; 0 for any other.
const levelOf = (paragraph) => {
  const style = paragraph.getAttribute("style") ?? "";
  const said = /mso-list:[^;]*level(\d)/i.exec(style);
  return said ? Number(said[1]) : /MsoList(Paragraph|Bullet|Number)/i.test(paragraph.className) ? 1 : 0;
};

// Takes the bullet or number that was typed in front of an item, and says which it was.
const takeMarker = (paragraph) => {
  const ignored = paragraph.querySelector("[style*='mso-list:Ignore' i], [style*='mso-list: Ignore' i]");
  const words = ignored ? ignored.textContent : paragraph.textContent;
  const numbered = NUMBER.test(`${words.trim()} `) && !/^o\s/.test(`${words.trim()} `);
  if (ignored) {
    ignored.remove();
  } else {
    const first = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT).nextNode();
    if (first) first.data = first.data.replace(BULLET, "").replace(NUMBER, "");
  }
  return numbered ? "ol" : "ul";
};

const lists = (body) => {
  const open = []; // the lists that are not closed, by level
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, table, ul, ol")]) {
    const level = paragraph.localName === "p" && !paragraph.closest("li") ? levelOf(paragraph) : 0;
    if (!level) {
      if (!paragraph.closest("li")) open.length = 0;
      continue;
    }
    const kind = takeMarker(paragraph);
    open.length = Math.min(open.length, level);
    if (open.length === level && open.at(-1).localName !== kind) open.pop();
    while (open.length < level) {
      const list = document.createElement(kind);
      const above = open.at(-1);
      if (above) (above.lastElementChild ?? above.appendChild(document.createElement("li"))).append(list);
      else paragraph.before(list);
      open.push(list);
    }
    const item = document.createElement("li");
    item.append(...paragraph.childNodes);
    open.at(-1).append(item);
    paragraph.remove();
  }
};

const rename = (element, name) => {
  const other = document.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
  return other;
};

// Bold and italic that only a style says, and Word's titles.
const meaning = (body) => {
  for (const element of [...body.querySelectorAll("span, font")]) {
    const { fontWeight, fontStyle, textDecorationLine, verticalAlign } = element.style;
    const names = [];
    if (/bold|[6-9]00/.test(fontWeight)) names.push("strong");
    if (fontStyle === "italic") names.push("em");
    if (/line-through/.test(textDecorationLine)) names.push("s");
    if (verticalAlign === "super") names.push("sup");
    if (verticalAlign === "sub") names.push("sub");
    for (const name of names) {
      const inner = document.createElement(name);
      inner.append(...element.childNodes);
      element.append(inner);
    }
  }
  // Google Docs wraps everything in a bold tag that is not bold.
  for (const bold of [...body.querySelectorAll("b, strong")]) {
    if (/normal|400/.test(bold.style.fontWeight)) bold.replaceWith(...bold.childNodes);
  }
  for (const title of [...body.querySelectorAll("p.MsoTitle")]) rename(title, "h1");
  for (const title of [...body.querySelectorAll("p.MsoSubtitle")]) rename(title, "h2");
};

// The page has its first heading: all go a level lower, where there is one.
const headings = (body) => {
  if (!body.querySelector("h1")) return;
  for (const heading of [...body.querySelectorAll("h1, h2, h3, h4, h5")]) rename(heading, `h${Number(heading.localName[1]) + 1}`);
};

const KEPT = { a: ["href"], img: ["src", "alt", "width", "height"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan", "scope"], ol: ["start"] };

const plain = (body) => {
  for (const element of [...body.querySelectorAll("*")]) {
    const kept = KEPT[element.localName] ?? [];
    for (const { name, value } of [...element.attributes]) {
      if (!kept.includes(name) && !(name === "dir" && value === "rtl")) element.removeAttribute(name);
    }
    if (element.localName === "a" && (!element.hasAttribute("href") || /^(#|file:)/i.test(element.getAttribute("href")))) {
      element.replaceWith(...element.childNodes);
    }
  }
  for (const element of [...body.querySelectorAll("span, font, div, center, section, u")]) element.replaceWith(...element.childNodes);
  for (const element of [...body.querySelectorAll("*")]) {
    if (element.localName.includes(":")) element.replaceWith(...element.childNodes);
  }
  for (const image of body.querySelectorAll("img")) {
    if (!/^\/media\//.test(image.getAttribute("src") ?? "")) image.remove();
  }
  for (const cell of body.querySelectorAll("td > p:only-child, th > p:only-child, li > p:only-child")) cell.replaceWith(...cell.childNodes);
  for (const empty of [...body.querySelectorAll("p, h2, h3, h4, h5, h6, b, strong, i, em, s, sup, sub, a")].reverse()) {
    if (!empty.textContent.replace(/\u00a0/g, " ").trim() && !empty.querySelector("img")) empty.remove();
  }
};

const withoutComments = (body) => {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.remove();
  for (const element of [...body.querySelectorAll("style, script, meta, link, title, xml, head")]) element.remove();
};

// `html` from the clipboard as a lesson would have it. It is read aside, where nothing is loaded and nothing runs.
export function cleanPaste(html) {
  const { body } = new DOMParser().parseFromString(html.replace(/<!\[if[^>]*>|<!\[endif\]>/gi, ""), "text/html");
  withoutComments(body);
  if (isWord(html)) lists(body);
  meaning(body);
  headings(body);
  plain(body);
  return body.innerHTML.replace(/(?:\s|&nbsp;)+(?=<\/(?:p|li|h\d|td|th)>)/g, "").replace(/\n+/g, " ").trim();
}
