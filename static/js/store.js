// What this browser keeps between pages. A store may be full or forbidden: then `use` did not happen, and `otherwise` is
// the answer.
export const stored = (use, otherwise = null) => {
  try {
    return use(localStorage);
  } catch {
    return otherwise;
  }
};

// Whether the text is kept from here on.
export const storeText = (key, text) => stored((store) => store.setItem(key, text) === undefined, false);
