// What keeps an open page honest: a lost server is said and waited for, links ask their question, the clock runs.
(() => {
  "use strict";
  const desk = window.ruledesk;
  if (!desk || desk.live) return;
  desk.live = true;
  const { t, make } = desk;

  // A lost server ---------------------------------------------------------------------------------------------------
  const GONE = [502, 504]; // 503 is a server that lives and is busy
  const POLL = 1000;
  let banner = null;
  let pending = null; // the question that had no answer when the server went
  const fetchThrough = window.fetch;

  function say(title, hint, back) {
    banner ||= make("div", { class: "rd-lost", role: "alert" });
    banner.toggleAttribute("data-back", back);
    banner.replaceChildren(make("b", {}, title), ...(hint ? [make("span", {}, hint)] : []));
    document.body.append(banner);
  }

  async function alive() {
    try { return (await fetchThrough("health", { cache: "no-store" })).ok; } catch { return false; }
  }

  async function lost() {
    if (banner) return;
    pending = desk.asking;
    if (pending) keep(pending);
    say(t("lost.title"), t(pending ? "lost.hint" : "lost.wait"), false);
    while (!(await alive())) await new Promise((done) => setTimeout(done, POLL));
    // A restarted server knows neither this page's session nor its login: the page opens anew and asks again. Where
    // gradio has loaded it anew before, the question is kept all the same.
    if (pending) { window.location.reload(); return; }
    say(t("lost.back"), "", true);
    setTimeout(() => { banner.remove(); banner = null; }, 4000);
  }

  window.fetch = async (...given) => {
    const ours = String(given[0]?.url || given[0]).includes("/gradio_api/") && !/heartbeat|queue\/data/.test(String(given[0]?.url || given[0]));
    try {
      const response = await fetchThrough(...given);
      if (ours && GONE.includes(response.status)) lost();
      return response;
    } catch (error) {
      if (ours && error.name !== "AbortError") lost();
      throw error;
    }
  };

  // Links: ?q=question&platform=天猫 ----------------------------------------------------------------------------------
  function linkTo({ question, platform }) {
    const url = new URL(window.location.pathname, window.location.origin);
    url.searchParams.set("q", question);
    if (platform) url.searchParams.set("platform", platform);
    return url.href;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest("[data-link]");
    if (!button) return;
    const { question, asked } = button.closest(".rd-answer").dataset;
    const done = await desk.copyText(linkTo({ question, platform: asked }));
    const label = button.querySelector("[data-copy-label]");
    label.textContent = t(done ? "copied" : "copy.failed");
    setTimeout(() => { label.textContent = t("link"); }, 1800);
  });

  // A question that a lost server owes waits in this tab's own store.
  const OWED = "ruledesk.owed";
  function keep(value) {
    try { sessionStorage.setItem(OWED, JSON.stringify(value)); } catch { /* without a store it has to be typed again */ }
  }
  function owed() {
    try { return JSON.parse(sessionStorage.getItem(OWED)); } catch { return null; }
  }
  desk.onDrawn.push(() => {
    const paid = !desk.asking && document.querySelector("#rd-answer .rd-card");
    if (paid && owed()) sessionStorage.removeItem(OWED);
  });

  const asked = new URLSearchParams(window.location.search);
  let link = asked.get("q") ? { question: asked.get("q"), platform: asked.get("platform") } : owed();
  desk.onDrawn.push(() => {
    const ready = link && desk.question() && document.querySelector("#rd-answer .rd-home") && document.querySelector("#rd-platform input:checked");
    if (!ready) return;
    const { question, platform } = link;
    link = null;
    window.history.replaceState(null, "", window.location.pathname);
    // The remembered platform comes back from the browser's store a moment after the page stands.
    setTimeout(() => desk.ask(question, platform || undefined), 400);
  });

  // The clock: a buyer waits from the moment the agent begins to look ------------------------------------------------
  const LIMIT = 40;
  const LATE = 10;
  let begun = 0;
  let ticking = 0;
  function tick() {
    const node = document.querySelector("[data-slot=clock]");
    if (!node) return;
    const left = LIMIT - Math.floor((Date.now() - begun) / 1000);
    if (left < -60) { stop(); return; }
    node.hidden = false;
    node.title = t("clock.title").replace("{n}", LIMIT);
    node.toggleAttribute("data-late", left <= LATE);
    node.textContent = left >= 0 ? t("clock.left").replace("{n}", left) : t("clock.over").replace("{n}", -left);
  }
  function stop() {
    clearInterval(ticking);
    ticking = 0;
    const node = document.querySelector("[data-slot=clock]");
    if (node) node.hidden = true;
  }
  document.addEventListener("input", (event) => {
    if (event.target !== desk.question()) return;
    if (!event.target.value.trim()) { stop(); return; }
    if (ticking) return;
    begun = Date.now();
    ticking = setInterval(tick, 1000);
    tick();
  });
  document.addEventListener("ruledesk:copied", stop);
})();
