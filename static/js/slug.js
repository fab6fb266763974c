// The address of a new course follows its title until somebody writes another.
const title = document.querySelector("[name=title]");
const slug = document.querySelector("[name=slug]");

const suggested = () =>
  title.value
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 60)
    .replace(/-+$/, "");

let own = slug.value !== "" && slug.value !== suggested();
title.addEventListener("input", () => {
  if (!own) slug.value = suggested();
});
slug.addEventListener("input", () => {
  own = slug.value !== "";
});
// Nobody chose it: then the site makes one that is free.
slug.form.addEventListener("submit", () => {
  if (!own) slug.value = "";
});
