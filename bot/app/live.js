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
    say(t("lost.title"), t(pending ? "lost.hint" : "lost.wait"), false);
    while (!(await alive())) await new Promise((done) => setTimeout(done, POLL));
    // A restarted server knows neither this page's session nor its login: the page opens anew and asks again. gradio
    // loads it anew as well, whichever comes first.
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

  // A question waits in this tab's own store until its answer stands: a page that is loaded anew, by whomever, asks again.
  const OWED = "ruledesk.owed";
  const TRIES = 3; // a question that brings the server down must not do so for ever
  const OLD = 10 * 60 * 1000;
  const store = { // without one the question has to be typed again
    read() { try { return JSON.parse(sessionStorage.getItem(OWED)); } catch { return null; } },
    write(value) { try { sessionStorage.setItem(OWED, JSON.stringify(value)); } catch { /* full or closed */ } },
    clear() { try { sessionStorage.removeItem(OWED); } catch { /* closed */ } },
  };
  function owed() {
    const kept = store.read();
    if (kept && kept.tries < TRIES && Date.now() - kept.at < OLD) return kept;
    store.clear();
    return null;
  }
  const busy = desk.busy;
  desk.busy = (question) => {
    busy(question);
    if (!desk.asking || desk.asking.question !== question) return;
    const before = store.read();
    const tries = before && before.question === question ? before.tries + 1 : 0;
    store.write({ ...desk.asking, tries, at: Date.now() });
  };
  document.addEventListener("ruledesk:answered", () => store.clear());

  const asked = new URLSearchParams(window.location.search);
  let link = asked.get("q") ? { question: asked.get("q"), platform: asked.get("platform") } : owed();
  const answered = () => desk.asking || document.querySelector("#rd-answer .rd-card");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  async function askFor({ question, platform }) {
    window.history.replaceState(null, "", window.location.pathname);
    await pause(400); // the remembered platform comes back from the browser's store a moment after the page stands
    // gradio draws its boxes before it listens to them: a press that nobody heard is repeated.
    for (let tries = 0; tries < 20 && !answered(); tries += 1) {
      desk.ask(question, platform || undefined);
      for (let i = 0; i < 10 && !answered(); i += 1) await pause(100);
    }
  }
  // Looked for from time to time, too: that a platform is checked shows in no change of the page.
  const looking = setInterval(begin, 100);
  function begin() {
    if (link && !answered()) {
      if (!desk.question() || !document.querySelector("#rd-answer .rd-home")) return;
      if (!document.querySelector("#rd-platform input:checked")) return;
      askFor(link);
    }
    link = null;
    clearInterval(looking);
  }

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
