// The page's own behaviour. Every text it shows goes in as textContent, never as HTML.
(() => {
  "use strict";
  if (window.ruledesk) return;
  const language = /^zh\b/i.test(navigator.language || "zh") ? "zh" : "en";
  const words = (window.ruledeskTexts || {})[language] || {};
  const t = (key) => words[key] || key;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  // Language ------------------------------------------------------------------------------------------------------
  // The server's static blocks are Chinese; gradio's own labels are translated by gradio. This does the blocks.
  function localise(root) {
    if (language === "zh") return;
    const todo = root.matches && root.matches("[data-t], [data-t-label]") ? [root] : [];
    for (const node of todo.concat($$("[data-t], [data-t-label]", root))) {
      if (node.dataset.t && node.textContent !== t(node.dataset.t)) node.textContent = t(node.dataset.t);
      if (node.dataset.tLabel) node.setAttribute("aria-label", t(node.dataset.tLabel));
    }
  }

  // Browser store -------------------------------------------------------------------------------------------------
  const store = {
    get(key, fallback) {
      try { return JSON.parse(localStorage.getItem(key)) ?? fallback; } catch { return fallback; }
    },
    set(key, value) {
      try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store costs only memory */ }
    },
  };

  // Theme ---------------------------------------------------------------------------------------------------------
  const chosen = store.get("ruledesk.theme", null);
  if (chosen) document.body.classList.toggle("dark", chosen === "dark");
  const toggleTheme = () => store.set("ruledesk.theme", document.body.classList.toggle("dark") ? "dark" : "light");

  let lastCard = null; // the number of the answer card that stands, null before the first
  // Asking --------------------------------------------------------------------------------------------------------
  const question = () => $("#rd-question textarea, #rd-question input");
  const draft = () => $("#rd-draft textarea");
  const settle = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const narrow = () => window.matchMedia("(max-width: 700px)").matches;

  function type(box, value) {
    const kind = box instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(box, value);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function ask(value, platform) {
    const radio = platform === undefined ? null : $$("#rd-platform input").find((i) => i.value === platform);
    if (radio && !radio.checked) radio.click();
    type(question(), value);
    await settle();
    await settle();
    $("#rd-ask").click();
  }

  // Without what was asked before: the server forgets it first.
  async function askAlone(value, platform) {
    const last = lastCard;
    $("#rd-reset button, button#rd-reset")?.click();
    for (let i = 0; i < 100 && last === lastCard; i += 1) await new Promise((done) => setTimeout(done, 30));
    ask(value, platform);
  }

  let waiting = 0;
  function busy(value) {
    clearTimeout(waiting);
    if (!value || !value.trim()) return;
    document.body.dataset.asked = String(performance.now());
    const platform = $("#rd-platform input:checked")?.value || "";
    window.ruledesk.asking = { question: value, platform };
    const line = $(".rd-waiting");
    if (!line) return;
    // An answer that comes at once needs no waiting line: it would only flicker.
    waiting = setTimeout(() => {
      line.hidden = false;
      // The verdict on the page belongs to the question before: it must not be read as the answer to this one.
      document.body.dataset.busy = "1";
      line.lastElementChild.textContent = t("ask.busy");
      waiting = setTimeout(() => { line.lastElementChild.textContent = t("ask.slow"); }, 8000);
    }, 150);
  }

  function arrived(card) {
    clearTimeout(waiting);
    window.ruledesk.asking = null;
    document.dispatchEvent(new Event("ruledesk:answered"));
    delete document.body.dataset.busy;
    const line = $(".rd-waiting");
    if (line) line.hidden = true;
    const asked = Number(document.body.dataset.asked || 0);
    if (asked) document.body.dataset.firstWords = String(Math.round(performance.now() - asked));
    if (card.dataset.question) remember(card.dataset);
    if (asked && narrow()) card.scrollIntoView({ block: "start" });
  }

  // History of the day --------------------------------------------------------------------------------------------
  const today = () => { const d = new Date(); return `${d.getFullYear()}-${d.getMonth() + 1}-${d.getDate()}`; };
  function history() {
    const kept = store.get("ruledesk.history", {});
    return kept && kept.day === today() && Array.isArray(kept.rows) ? kept.rows : [];
  }

  function remember({ question, asked, word, tone }) {
    const rows = history().filter((row) => row.question !== question || row.platform !== asked);
    const now = new Date();
    const at = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
    rows.unshift({ question, platform: asked, word, tone, at });
    store.set("ruledesk.history", { day: today(), rows: rows.slice(0, 50) });
    showHistory();
  }

  function showHistory() {
    const slot = $("[data-slot=history]");
    if (!slot) return;
    const rows = history();
    const clear = $("[data-history-clear]");
    if (clear) clear.hidden = rows.length === 0;
    const list = rows.map((row) => make("li", {},
      make("button", { type: "button", "data-ask": row.question, "data-platform": row.platform || "", "data-tone": row.tone },
        make("time", {}, row.at),
        make("span", {}, row.question),
        row.word ? make("b", {}, row.word) : null)));
    slot.replaceChildren(list.length ? make("ul", {}, ...list) : make("p", {}, t("history.empty")));
  }

  // Copying: navigator.clipboard is missing on plain HTTP in a local network ----------------------------------------
  async function copyText(text) {
    if (navigator.clipboard && window.isSecureContext) {
      try { await navigator.clipboard.writeText(text); return true; } catch { /* refused: the old way is left */ }
    }
    const box = make("textarea", { readonly: "", "aria-hidden": "true", class: "rd-offscreen" });
    box.value = text;
    const back = document.activeElement;
    document.body.append(box);
    box.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { done = false; }
    box.remove();
    if (back && back.focus) back.focus({ preventScroll: true });
    return done;
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const done = await copyText(source.textContent);
    const label = $("[data-copy-label]", button) || button;
    label.textContent = t(done ? "copied" : "copy.failed");
    if (done) document.dispatchEvent(new Event("ruledesk:copied"));
    button.dataset.done = done ? "1" : "0";
    if (!done) window.getSelection().selectAllChildren(source);
    setTimeout(() => { label.textContent = t("copy"); delete button.dataset.done; }, 1800);
  }

  // Citations -----------------------------------------------------------------------------------------------------
  function show(node) {
    if (!node) return;
    $$(".rd-here").forEach((other) => other.classList.remove("rd-here"));
    node.classList.add("rd-here");
    node.focus({ preventScroll: true });
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  function nextQuote() {
    const quotes = $$("#rd-answer .rd-n");
    if (!quotes.length) return;
    const at = quotes.findIndex((quote) => quote.classList.contains("rd-here"));
    show(quotes[(at + 1) % quotes.length]);
  }

  // The whole article ---------------------------------------------------------------------------------------------
  let dialog = null;
  function articleDialog() {
    if (dialog) return dialog;
    const close = make("button", { type: "button", class: "rd-icon rd-close", "aria-label": t("close") }, "✕");
    dialog = make("dialog", { class: "rd-dialog", "aria-labelledby": "rd-dialog-title" },
      make("header", {}, make("div", {}, make("h2", { id: "rd-dialog-title" }), make("p", { class: "rd-meta" })), close),
      make("div", { class: "rd-body", tabindex: "0" }));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    ($(".gradio-container") || document.body).append(dialog);
    return dialog;
  }

  async function openArticle({ article, start, end }) {
    const box = articleDialog();
    const body = $(".rd-body", box);
    let row = null;
    try {
      const response = await fetch(`v1/articles/${encodeURIComponent(article)}`);
      if (response.ok) row = await response.json();
    } catch { row = null; }
    $("h2", box).textContent = row ? row.title : t("error.title");
    const platforms = row && row.platforms.length < 7 ? row.platforms.map((p) => words[`platform.${p}`] || p) : [t("quote.all")];
    $(".rd-meta", box).replaceChildren(...(row ? [
      ...platforms.map((name) => make("span", { class: "rd-tag" }, name)),
      make("span", {}, row.published || t("date.unknown")),
    ] : []));
    if (row) {
      const letters = Array.from(row.text); // offsets count characters, not UTF-16 units
      const part = (from, to) => letters.slice(from, to).join("");
      const mark = start < end ? make("mark", {}, part(start, end)) : null;
      body.replaceChildren(part(0, start), ...(mark ? [mark] : []), part(mark ? end : start));
    } else {
      body.replaceChildren(t("error.article"));
    }
    if (!box.open) box.showModal();
    const mark = $("mark", body);
    if (mark) mark.scrollIntoView({ block: "center" }); else body.scrollTop = 0;
  }

  // Feedback ------------------------------------------------------------------------------------------------------
  async function vote(box, kind, reason, note) {
    const { question, asked, verdict } = box.closest(".rd-answer").dataset;
    const row = { question, platform: asked || null, verdict: verdict || null, vote: kind, reason: reason || null, note: note || null };
    let stored = false;
    try {
      const response = await fetch("v1/feedback", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(row),
      });
      stored = response.ok;
    } catch { stored = false; }
    $(".rd-said", box).textContent = t(stored ? "feedback.thanks" : "feedback.failed");
    if (!stored) return;
    $("form", box).hidden = true;
    $$("[data-vote]", box).forEach((b) => { b.setAttribute("aria-pressed", String(b.dataset.vote === kind)); });
  }

  // Keys and clicks -----------------------------------------------------------------------------------------------
  // While an input method is open, Enter takes a candidate and must not ask.
  for (const name of ["keydown", "keypress"]) {
    document.addEventListener(name, (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    }, true);
  }

  function newQuestion() {
    $$("#rd-tabs [role=tab]")[0]?.click();
    const said = $("#rd-reset button, button#rd-reset");
    if (said) said.click();
    setTimeout(() => { question()?.focus(); window.scrollTo({ top: 0 }); }, 30);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (!event.altKey || event.ctrlKey || event.metaKey) {
      if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target === draft()) $("#rd-check")?.click();
      return;
    }
    // By place on the keyboard: Alt changes the letter on a Mac.
    const acts = {
      KeyN: newQuestion,
      KeyJ: nextQuote,
      KeyC: () => { const b = $$(".rd-copy").find((n) => n.offsetParent); if (b) copy(b); },
      KeyH: () => { const keys = $(".rd-keys"); if (keys) { keys.open = !keys.open; keys.scrollIntoView({ block: "nearest" }); } },
    };
    if (acts[event.code]) { event.preventDefault(); acts[event.code](); }
  });

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest && event.target.closest(selector);
    let node;
    if ((node = hit("[data-copy]"))) copy(node);
    else if ((node = hit("[data-jump]"))) { event.preventDefault(); show($(`#rd-answer #rd-cite-${Number(node.dataset.jump)}`)); }
    else if ((node = hit("[data-jump-to]"))) { event.preventDefault(); show(document.getElementById(node.dataset.jumpTo)); }
    else if ((node = hit("[data-article]"))) openArticle({ article: node.dataset.article, start: Number(node.dataset.start), end: Number(node.dataset.end) });
    else if ((node = hit("[data-ask-key]"))) ask(t(node.dataset.askKey));
    else if ((node = hit("[data-alone]"))) askAlone(node.dataset.alone, node.dataset.platform);
    else if ((node = hit("[data-ask]"))) ask(node.dataset.ask, node.dataset.platform);
    else if ((node = hit("[data-draft-key]"))) type(draft(), t(node.dataset.draftKey));
    else if (hit("[data-theme-toggle]")) toggleTheme();
    else if (hit("[data-history-clear]")) { store.set("ruledesk.history", {}); showHistory(); }
    else if ((node = hit("[data-vote]"))) {
      const box = node.closest(".rd-feedback");
      if (node.dataset.vote === "up") vote(box, "up");
      else { const form = $("form", box); form.hidden = !form.hidden; node.setAttribute("aria-expanded", String(!form.hidden)); }
    }
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".rd-why")) return;
    event.preventDefault();
    const data = new FormData(event.target);
    vote(event.target.closest(".rd-feedback"), "down", data.get("reason"), data.get("note"));
  });

  // Watching for what gradio draws ----------------------------------------------------------------------------------
  const onDrawn = []; // what other tabs' scripts do whenever gradio has drawn something
  function drawn() {
    localise(document.body);
    // Buttons that only scripts press are no stops for the keyboard.
    for (const button of $$("button.rd-offscreen, .rd-offscreen button")) { button.tabIndex = -1; button.ariaHidden = "true"; }
    for (const act of onDrawn) act();
    // gradio names each radio differently, so that arrow keys do not move between them; and the group has no name.
    for (const radio of $$("#rd-platform input")) if (radio.name !== "rd-platform") radio.name = "rd-platform";
    const group = $("#rd-platform");
    if (group && !group.hasAttribute("aria-label")) group.setAttribute("aria-label", t("platform"));
    const slot = $("[data-slot=history]");
    if (slot && !slot.hasChildNodes()) showHistory();
    const card = $("#rd-answer .rd-card");
    const mark = card ? card.dataset.seq : null;
    if (mark !== lastCard) {
      lastCard = mark;
      if (card) {
        $$(".rd-here", card).forEach((node) => node.classList.remove("rd-here"));
        arrived(card);
      }
    }
  }
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  new MutationObserver(drawn).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-seq", "name"] });
  window.ruledesk = { busy, ask, question, onDrawn, t, make, copyText };
  drawn();
})();
