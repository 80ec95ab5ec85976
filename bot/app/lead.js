// The lead's tab: pages go up, a preview comes back, and only then anything changes. All texts go in as textContent.
(() => {
  "use strict";
  const desk = window.ruledesk;
  if (!desk || desk.leadReady) return;
  desk.leadReady = true;
  const { t, make } = desk;
  const $ = (selector) => document.querySelector(`#rd-lead ${selector}`);
  const fill = (key, values) => t(key).replace(/{(\w+)}/g, (_, name) => String(values[name]));
  let last = "";
  let timer = 0;

  async function call(path, method = "GET", body = null, raw = null) {
    const headers = { "X-Ruledesk": "1" };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(`v1/lead/${path}`, { method, headers, body: raw || (body ? JSON.stringify(body) : null) });
    } catch { throw new Error(t("lost.title")); }
    const row = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(row.error || t("error.internal"));
    return row;
  }

  // What goes on ----------------------------------------------------------------------------------------------------
  function box() { return $(".rd-loading"); }

  function fail(error) {
    const line = make("p", { class: "rd-warn", role: "alert" }, error.message);
    box().hidden = false;
    box().dataset.tone = "bad";
    box().replaceChildren(line);
    $("[type=submit]").disabled = false;
    last = "";
  }

  async function follow() {
    clearTimeout(timer);
    let status;
    try { status = await call("status"); } catch (error) { timer = setTimeout(follow, 2000); if (!last) fail(error); return; }
    draw(status);
    if (status.state === "reading" || status.state === "indexing") timer = setTimeout(follow, 400);
  }

  function bar({ done, total, step }) {
    const attributes = total ? { max: total, value: done } : {};
    return [make("progress", { ...attributes, "aria-label": t("lead.progress") }),
      make("p", { class: "rd-hint" }, total ? `${step} ${done} / ${total}` : step || "…")];
  }

  function button(key, act, kind = "rd-button") {
    const node = make("button", { type: "button", class: kind }, t(key));
    node.addEventListener("click", async () => {
      node.disabled = true;
      try { draw(await act()); follow(); } catch (error) { fail(error); }
    });
    return node;
  }

  function article(row) {
    const platforms = row.platforms.length && row.platforms.length < 7 ? row.platforms.map((p) => t(`platform.${p}`)) : [t("quote.all")];
    const lines = row.lines.map(([sign, words]) => make("li", { "data-sign": sign }, make("b", {}, sign === "+" ? "＋" : "－"), ` ${words}`));
    return make("li", {},
      make("b", {}, row.title), " ",
      make("span", { class: "rd-meta" }, ...platforms.map((p) => make("span", { class: "rd-tag" }, p)),
        make("span", {}, row.published || t("date.unknown")), make("span", {}, fill("lead.characters", { n: row.characters }))),
      ...row.warnings.map((key) => make("p", { class: "rd-warn" }, t(`lead.warn.${key}`))),
      lines.length ? make("ul", { class: "rd-diff" }, ...lines) : null,
      row.more_lines ? make("p", { class: "rd-hint" }, fill("lead.more", { n: row.more_lines })) : null);
  }

  function changes(found) {
    const parts = [make("p", { class: "rd-counts" }, fill("lead.counts", {
      new: found.new.length, changed: found.changed.length, removed: found.removed.length, unchanged: found.unchanged }))];
    for (const kind of ["new", "changed", "removed"]) {
      if (!found[kind].length) continue;
      parts.push(make("h3", {}, t(`lead.${kind}`)), make("ul", { class: "rd-changes", "data-kind": kind }, ...found[kind].map(article)));
    }
    const lines = [...found.failed, ...found.skipped.map((name) => fill("lead.skipped", { name }))];
    if (lines.length) parts.push(make("h3", {}, t("lead.failed")), make("ul", { class: "rd-changes", "data-kind": "failed" }, ...lines.map((line) => make("li", {}, line))));
    return parts;
  }

  const TONES = { preview: "mind", done: "good", failed: "bad" };
  function draw(status) {
    const shown = JSON.stringify(status);
    if (shown === last) return;
    const was = last && JSON.parse(last).state;
    last = shown;
    const node = box();
    node.hidden = status.state === "idle";
    node.dataset.tone = TONES[status.state] || "plain";
    node.dataset.state = status.state;
    $("[type=submit]").disabled = status.state === "reading" || status.state === "indexing";
    const title = make("h2", {}, t(`lead.state.${status.state}`));
    const stop = button("lead.discard", () => call("discard", "POST"), "rd-link");
    const acts = (...nodes) => make("p", { class: "rd-acts" }, ...nodes);
    const found = status.changes;
    const by = status.by ? make("p", { class: "rd-hint" }, fill("lead.by", { name: status.by })) : null;
    const body = {
      idle: () => [],
      reading: () => [...bar(status), by, acts(stop)],
      preview: () => [...changes(found), found.empty ? make("p", {}, t("lead.empty")) : null,
        acts(found.empty ? null : button("lead.confirm", () => call("confirm", "POST", { id: status.id })), stop)],
      indexing: () => [make("p", {}, t("lead.indexing.hint")), ...bar(status), by],
      done: () => [make("p", {}, t("lead.done.hint")), ...(found ? changes(found).slice(0, 1) : []),
        acts(button("lead.dismiss", () => call("discard", "POST"), "rd-link"))],
      failed: () => [make("p", { class: "rd-warn", role: "alert" }, status.error || ""),
        acts(status.retry ? button("lead.retry", () => call("retry", "POST")) : null, stop)],
    }[status.state]();
    node.replaceChildren(title, ...body.filter((n) => n !== null));
    if (status.state === "preview" && was !== "preview") node.focus({ preventScroll: false });
  }

  document.addEventListener("submit", async (event) => {
    if (!event.target.matches(".rd-load")) return;
    event.preventDefault();
    const form = event.target;
    const files = [...form.elements.files.files];
    $("[type=submit]").disabled = true;
    clearTimeout(timer);
    try {
      const names = [];
      box().hidden = false;
      for (const [n, file] of files.entries()) {
        box().replaceChildren(make("h2", {}, t("lead.sending")), ...bar({ done: n, total: files.length, step: file.name }));
        names.push((await call(`pages?name=${encodeURIComponent(file.name)}`, "PUT", null, file)).name);
      }
      draw(await call("preview", "POST", { names, url: form.elements.url.value.trim(), pages: Number(form.elements.pages.value) || 1 }));
      follow();
    } catch (error) { fail(error); }
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches(".rd-load input[type=file]")) return;
    $("[data-slot=chosen]").replaceChildren(...[...event.target.files].map((file) => make("span", { class: "rd-tag" }, file.name)));
  });

  // What the rulebook lacks -------------------------------------------------------------------------------------------
  async function refused() {
    const slot = $("[data-slot=refused]");
    let found;
    try { found = await call("refused"); } catch (error) { slot.replaceChildren(make("p", {}, error.message)); return; }
    const none = found.kept ? "lead.refused.none" : "lead.refused.off";
    const rows = found.rows.map((row) => make("li", {},
      make("b", {}, fill("lead.times", { n: row.times })), " ",
      make("span", { title: row.reason }, row.question), " ",
      ...row.platforms.map((p) => make("span", { class: "rd-tag" }, t(`platform.${p}`)))));
    slot.replaceChildren(rows.length ? make("ul", { class: "rd-lacking" }, ...rows) : make("p", {}, t(none)));
  }

  let shown = false;
  desk.onDrawn.push(() => {
    const tab = document.querySelector("#rd-lead .rd-lead-desk");
    const now = Boolean(tab && tab.offsetParent);
    if (now && !shown) { refused(); follow(); }
    shown = now;
  });
})();
