// What CSS and htmx cannot do: ages and countdowns that run, and a page that says so when it is no longer fed.
(() => {
  "use strict";
  const LOST_AFTER = 5000;
  const words = document.body.dataset;
  const beat = document.getElementById("beat");
  const away = document.getElementById("away");
  const why = document.getElementById("away-why");
  const opened = new Map();
  let fed = performance.now();
  let ahead = 0;

  const span = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const day = Math.floor(s / 86400);
    const hour = Math.floor(s / 3600);
    if (day >= 2) return `${day} d`;
    return hour ? `${hour}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${two(Math.floor(s / 60))}:${two(s % 60)}`;
  };

  // The server's clock counts, not this machine's: a tunnel may lead to another one.
  const tick = () => {
    lost(performance.now() - fed > LOST_AFTER);
    // An old picture stands still: a countdown in it would look alive.
    if (document.documentElement.classList.contains("lost")) return;
    const now = Date.now() + ahead;
    for (const at of document.querySelectorAll("time[data-since]")) {
      at.dataset.shown = ` (${words.for} ${span(now - Date.parse(at.dataset.since))})`;
    }
    for (const at of document.querySelectorAll("time[data-until]")) {
      const left = Date.parse(at.dataset.until) - now;
      at.dataset.shown = left >= 0 ? ` (${words.in} ${span(left)})` : ` (${words.overdue} ${span(-left)})`;
      at.classList.toggle("soon", left < 60000);
    }
  };

  const lost = (is) => {
    if (document.documentElement.classList.contains("lost") === is) return;
    document.documentElement.classList.toggle("lost", is);
    away.hidden = !is;
    const last = document.getElementById("beat-time");
    if (is && last) document.getElementById("away-from").textContent = last.textContent;
  };

  const seen = () => {
    const last = document.getElementById("beat-time");
    if (!last) return;
    fed = performance.now();
    ahead = Date.parse(last.dateTime) - Date.now();
  };

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== beat) return;
    seen();
    away.hidden = true;
    why.textContent = "";
    tick();
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    // Only the words of our own server, as text: whatever answers there is not trusted with more.
    const said = event.detail.xhr.status === 503 ? event.detail.xhr.responseText : `HTTP ${event.detail.xhr.status}`;
    why.textContent = said.slice(0, 200);
  });
  document.body.addEventListener("htmx:sendError", () => {
    why.textContent = "";
  });

  // What somebody opened or closed stays so when the part around it is drawn anew.
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("summary")?.parentElement;
    if (box?.id) opened.set(box.id, !box.open);
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    for (const [id, open] of opened) {
      const box = document.getElementById(id);
      if (box) box.open = open;
    }
    tick();
  });

  if (away.hidden) seen();
  else fed = -LOST_AFTER;
  tick();
  setInterval(tick, 1000);
})();
