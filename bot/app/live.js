// What keeps an open page honest: a lost server is said and waited for, links ask their question, the clock runs.
(() => {
  "use strict";
  const desk = window.ruledesk;
  if (!desk || desk.live) return;
  desk.live = true;
  const { t, make } = desk;

  // A lost server ---------------------------------------------------------------------------------------------------
  const GONE = [502, 503, 504];
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
    say(t("lost.title"), t(pending ? "lost.hint" : "lost.wait"), false);
    while (!(await alive())) await new Promise((done) => setTimeout(done, POLL));
    // A restarted server knows neither this page's session nor its login: the page opens anew, with its question.
    if (pending) { window.location.replace(linkTo(pending)); return; }
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

  const asked = new URLSearchParams(window.location.search);
  let link = asked.get("q") ? { question: asked.get("q"), platform: asked.get("platform") } : null;
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
