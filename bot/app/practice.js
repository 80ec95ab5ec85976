// The practice tab: what was answered goes to the server as JSON, the marked card comes back.
(() => {
  "use strict";
  const desk = window.ruledesk;
  if (!desk || desk.drillStep) return;
  const root = () => document.querySelector("#rd-drill .rd-drill");
  let wish = {};

  function step(next) {
    wish = { topic: root()?.dataset.topic || null, ...next };
    document.querySelector("#rd-drill-step button, button#rd-drill-step")?.click();
  }
  desk.drillStep = () => JSON.stringify(wish);
  // Opening the tab again leaves a half-answered item as it is.
  desk.drillOpen = () => (root() ? "stay" : "{}");

  function answer(form) {
    const { item, type } = form.dataset;
    if (type === "fill_in") {
      const blanks = [...form.querySelectorAll(".rd-blank")];
      const first = blanks.find((box) => !box.value.trim());
      if (blanks.every((box) => !box.value.trim())) { first.focus(); return; }
      step({ item, answer: blanks.map((box) => box.value) });
      return;
    }
    const picked = form.querySelector("input[name=rd-option]:checked");
    if (!picked) { form.querySelector("input[name=rd-option]")?.focus(); return; }
    step({ item, answer: type === "true_false" ? picked.value === "true" : picked.value });
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".rd-item")) return;
    event.preventDefault();
    if (event.target.querySelector("[data-drill-next]")) step({}); else answer(event.target);
  });

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest && event.target.closest(selector);
    let node;
    if (hit("[data-drill-next]")) step({});
    else if ((node = hit("[data-drill-skip]"))) step({ item: node.closest(".rd-item").dataset.item, answer: null });
    else if ((node = hit("[data-drill-topic]"))) step({ topic: node.dataset.drillTopic || null });
    else if ((node = hit("[data-drill-again]"))) step({ again: node.dataset.drillAgain });
    else if ((node = hit("[data-drill-forget]"))) {
      if (node.dataset.armed) step({ forget: true, topic: null });
      else { node.dataset.armed = "1"; node.textContent = node.dataset.sure; }
    }
  });

  // A new card: the first thing to fill in, or the way on, gets the focus, so that keys alone carry through a drill.
  let last = null;
  desk.onDrawn.push(() => {
    const card = root();
    const mark = card ? card.dataset.seq : null;
    if (mark === last) return;
    const opened = last !== null;
    last = mark;
    if (!card || !opened || !card.offsetParent) return;
    const target = card.querySelector("[data-drill-next], .rd-blank:not([readonly]), input[name=rd-option]:not([disabled]), [data-drill-again]");
    target?.focus({ preventScroll: true });
    if (window.matchMedia("(max-width: 700px)").matches) card.scrollIntoView({ block: "start" });
  });
})();
