"use strict";
// Moments by keys: j, k and the arrows go on and back, p plays, c copies the row for a list of what is not interesting.
const cards = [...document.querySelectorAll(".moments li")];
document.documentElement.dataset.moments = cards.length;
let last = -1;
const here = () => {
  const focused = cards.indexOf(document.activeElement?.closest(".moments li"));
  return focused < 0 ? last : focused;
};
const go = (to) => {
  last = Math.min(Math.max(to, 0), cards.length - 1);
  cards[last].focus({ preventScroll: true });
  cards[last].scrollIntoView({ block: "center" });
};
const play = (video) => {
  if (video) video.paused ? video.play() : video.pause();
};
const copy = (row) => {
  if (!row) return;
  getSelection().selectAllChildren(row);
  document.execCommand("copy");
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("video")) return;
  const card = cards[here()];
  switch (event.key) {
    case "j": case "ArrowRight": go(here() + 1); break;
    case "k": case "ArrowLeft": go(here() - 1); break;
    case "p": play(card?.querySelector("video")); break;
    case "c": copy(card?.querySelector(".row")); break;
    default: return;
  }
  event.preventDefault();
});
