// Figures come after their page, so that it waits for none of them, and follow what is filled in. Without this, a link
// and a button ask for the page with its figures.
const AFTER_TYPING = 400;
const SLOW = 3_000;
const MOST = 60_000;

const words = (state) => {
  const said = document.getElementById(`figures-${state}`)?.content.cloneNode(true);
  for (const link of said?.querySelectorAll('a[href*="count=yes"]') ?? []) askedDay(link);
  return said;
};

// A link that counts without the script asks for the day that is filled in by now.
const askedDay = (link) => {
  const day = document.querySelector("form[data-count] [name=on]")?.value;
  const to = new URL(link.getAttribute("href"), location);
  day ? to.searchParams.set("on", day) : to.searchParams.delete("on");
  link.href = to.pathname + to.search;
};

// A piece of the page, and whether it holds figures: else it says why none are shown. Throws where no piece came.
const piece = async (address, signal) => {
  const answer = await fetch(address, { signal });
  const html = await answer.text();
  if (!(answer.ok || answer.status === 409) || /^\s*<!/.test(html)) throw new Error(answer.status);
  return { html, counted: answer.ok };
};

// Asks for what stands in `into`: only the latest that was asked for is shown, and said once, when it is there.
const asker = (into) => {
  let latest;
  return async (address) => {
    latest?.abort();
    const mine = (latest = new AbortController());
    const busy = (is) => into.setAttribute("aria-busy", is);
    const slow = setTimeout(() => {
      busy(false);
      into.replaceChildren(words("slow"));
    }, SLOW);
    const late = setTimeout(() => mine.abort(), MOST);
    busy(true);
    try {
      const { html, counted } = await piece(address, mine.signal);
      if (mine !== latest) return false;
      into.innerHTML = html;
      return counted;
    } catch {
      if (mine === latest) into.replaceChildren(words("failed"));
      return false;
    } finally {
      clearTimeout(slow);
      clearTimeout(late);
      if (mine === latest) busy(false);
    }
  };
};

// Who meets each part alone, each figure beside its part.
const countParts = async (address, into) => {
  const places = document.querySelectorAll("[data-alone]");
  if (!places.length) return;
  const empty = () => places.forEach((place) => place.replaceChildren());
  for (const place of places) place.replaceChildren(words("part-counting"));
  try {
    const { html, counted } = await piece(address, AbortSignal.timeout(MOST));
    empty();
    const figures = document.createElement("template");
    figures.innerHTML = html;
    if (!counted) into.replaceChildren(figures.content);
    for (const one of figures.content.querySelectorAll("[id]")) {
      document.getElementById(one.id)?.replaceChildren(...one.childNodes);
    }
  } catch {
    empty();
    into.append(words("without-parts"));
  }
};

for (const form of document.querySelectorAll("form[data-count]")) {
  const into = document.getElementById(form.dataset.into);
  const ask = asker(into);
  const asks = form.method === "get";
  let partsToCome = "toCome" in into.dataset;
  let waiting;

  const address = (more = {}) => {
    const typed = new FormData(form);
    for (const name of ["csrf_token", "seen", "count"]) typed.delete(name);
    const to = new URL(form.dataset.count, location);
    for (const [name, value] of [...typed, ...Object.entries(more)]) to.searchParams.append(name, value);
    return to;
  };
  // What is asked stands in the address too, so that the page can be kept and sent.
  const keep = () => {
    const here = new URL(location);
    here.searchParams.delete("count");
    for (const [name, value] of new FormData(form)) {
      if (name !== "count") value ? here.searchParams.set(name, value) : here.searchParams.delete(name);
    }
    history.replaceState(history.state, "", here);
  };
  const follow = async () => {
    clearTimeout(waiting);
    if ((await ask(address())) && partsToCome) {
      partsToCome = false;
      await countParts(address({ parts: "yes" }), into);
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (asks) keep();
      follow();
    }, AFTER_TYPING);
  });
  if (asks) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      keep();
      follow();
    });
  }
  if (partsToCome) {
    into.replaceChildren(words("counting"));
    follow();
  }
}
