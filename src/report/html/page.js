
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("js");

  const exchanges = new Map(JSON.parse(byId("data").textContent).map((x) => [x.id, x]));

  // The same set as `is_hidden` of escape.rs, but for line feed and tab, which bodies may have.
  const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/gu;
  const visible = (text) => String(text).replace(/\r\n/g, "\n").replace(HIDDEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = visible(text);
    return node;
  };

  // --- Exchanges, drawn when they are opened -------------------------------------------------

  const lines = (pairs) => {
    const list = element("dl", "lines");
    for (const [name, value] of pairs) list.append(element("dt", "", name), element("dd", "", value));
    return list;
  };

  const heading = (parent, text, aside) => {
    const node = element("h5", "", text);
    if (aside) node.append(element("span", "", aside));
    parent.append(node);
  };

  const decoded = (text) => {
    try { return decodeURIComponent(text.replace(/\+/g, " ")); } catch { return text; }
  };

  const parameters = (query) => query.split("&").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [decoded(part), ""] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
  });

  const header = (headers, name) => (headers.find(([n]) => n.toLowerCase() === name) || ["", ""])[1];

  const body = (parent, text, type) => {
    if (!text) return;
    if (/^application\/x-www-form-urlencoded/i.test(type)) {
      const box = element("div", "body");
      box.append(lines(parameters(text)));
      parent.append(box);
      return;
    }
    let shown = text;
    if (/json|jwt/i.test(type) || /^\s*[[{]/.test(text)) {
      // Formatted only if nothing is lost by it: doubled names and long numbers must stay to be seen.
      try {
        const value = JSON.parse(text);
        const bare = (json) => json.replace(/\s+/g, "");
        if (bare(JSON.stringify(value)) === bare(text)) shown = JSON.stringify(value, null, 2);
      } catch { /* not JSON after all */ }
    }
    parent.append(element("pre", "body", shown));
  };

  const json = (parent, value) => parent.append(element("pre", "body", JSON.stringify(value, null, 2)));

  const copyable = (text) => {
    const box = element("div", "curl");
    const button = element("button", "copy", "Copy");
    button.type = "button";
    box.append(element("pre", "", text), button);
    return box;
  };

  const draw = (details) => {
    if (details.dataset.drawn) return;
    details.dataset.drawn = "true";
    const x = exchanges.get(Number(details.dataset.x));
    const box = element("div", "message");
    details.append(box);
    if (!x) {
      box.append(element("p", "muted", "This exchange is not in the run."));
      return;
    }
    heading(box, "Request", `${x.received ? "received" : "sent"} at ${x.at} ms, took ${Math.round(x.took * 10) / 10} ms`);
    box.append(element("p", "first-line", `${x.method} ${x.url}`));
    const fragment = x.url.split("#")[0];
    const query = fragment.indexOf("?") < 0 ? [] : parameters(fragment.slice(fragment.indexOf("?") + 1));
    if (query.length) {
      const at = element("div", "body");
      at.append(lines(query));
      box.append(lines(x.headers), at);
    } else {
      box.append(lines(x.headers));
    }
    body(box, x.body, header(x.headers, "content-type"));
    if (x.body_left_out) box.append(element("p", "muted", `${x.body_left_out} more bytes stand in run.json`));
    if (x.answer) {
      heading(box, `Response ${x.answer.status}`, `${x.answer.bytes} bytes`);
      box.append(lines(x.answer.headers));
      body(box, x.answer.body, header(x.answer.headers, "content-type"));
      if (x.answer.cut) box.append(element("p", "muted", "The body is cut here; what was recorded of it stands in run.json."));
    }
    if (x.error) {
      heading(box, x.answer ? "Error" : "No response");
      box.append(element("p", "", x.error));
    }
    for (const token of x.tokens || []) {
      heading(box, token.placeholder, "decoded: header, claims");
      json(box, token.header);
      json(box, token.claims);
    }
    if (x.curl) {
      heading(box, "curl");
      box.append(copyable(x.curl));
    }
  };

  const exchangeRow = (id) => {
    const row = byId(`x${id}`);
    const details = element("details", "exchange");
    details.dataset.x = id;
    details.append(row ? row.firstElementChild.cloneNode(true) : element("summary", "", `#${id}`));
    return details;
  };

  const ids = (ranges) => ranges.split(" ").filter(Boolean).flatMap((range) => {
    const [first, last] = range.split("-").map(Number);
    return Array.from({ length: (last || first) - first + 1 }, (_, i) => first + i);
  });

  const fill = (scenario) => {
    const place = scenario.querySelector(".exchanges");
    if (!place || place.dataset.drawn) return;
    place.dataset.drawn = "true";
    place.append(...ids(scenario.dataset.exchanges).map(exchangeRow));
  };

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.open) return;
    if (details.classList.contains("exchange")) draw(details);
    if (details.classList.contains("scenario")) fill(details);
  }, true);

  // --- Views and links into them ------------------------------------------------------------

  const views = all(".view");
  const tabs = all(".toolbar nav a");
  const show = (view) => {
    for (const v of views) v.classList.toggle("current", v === view);
    for (const tab of tabs) {
      if (tab.hash === `#${view.id}`) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    filter();
  };

  const go = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    const view = (target && target.closest(".view")) || views.find((v) => v.classList.contains("current")) || views[0];
    if (!view) return filter();
    show(view);
    if (!target) return;
    if (target === view) {
      // The browser could not scroll to what was not displayed; stay at the head of the page if it is in sight.
      if (scrollY > document.querySelector(".masthead").offsetHeight) view.scrollIntoView();
      return;
    }
    target.hidden = false;
    if (target.closest(".feature")) target.closest(".feature").hidden = false;
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView();
  };

  document.addEventListener("click", (event) => {
    const copy = event.target.closest(".copy");
    if (copy) return copyText(copy);
    const link = event.target.closest("a[data-x]");
    const scenario = link && link.closest(".scenario");
    if (!scenario || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Evidence opens where it is read, below the checks.
    fill(scenario);
    const row = scenario.querySelector(`.exchange[data-x="${link.dataset.x}"]`);
    if (!row) return;
    event.preventDefault();
    row.open = true;
    row.scrollIntoView({ block: "nearest" });
    row.firstElementChild.focus();
  });

  const copyText = async (button) => {
    const source = button.parentElement.querySelector("pre");
    let done = false;
    try {
      await navigator.clipboard.writeText(source.textContent);
      done = true;
    } catch {
      getSelection().selectAllChildren(source);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Press Ctrl-C";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };

  // --- Filters --------------------------------------------------------------------------------

  const form = byId("filters");
  const texts = new WeakMap();
  const textOf = (item) => {
    if (!texts.has(item)) {
      const x = item.dataset.x && exchanges.get(Number(item.dataset.x));
      texts.set(item, (x ? JSON.stringify(x) : item.textContent).toLowerCase());
    }
    return texts.get(item);
  };

  const filter = () => {
    if (!form) return;
    const data = new FormData(form);
    const words = String(data.get("text")).toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = data.getAll("outcome");
    const levels = data.getAll("level");
    const differs = data.get("differs");
    const current = document.querySelector(".view.current") || document;
    form.hidden = current.id === "findings";
    for (const set of all("fieldset", form)) set.hidden = current.id === "exchanges";
    const useSets = current.id !== "exchanges";
    const items = all(".item", current);
    let shown = 0;
    for (const item of items) {
      const matches =
        (!useSets || !outcomes.length || outcomes.includes(item.dataset.outcome)) &&
        (!useSets || !levels.length || levels.some((level) => item.dataset.levels.split(" ").includes(level))) &&
        (!differs || item.dataset.differs === "true") &&
        words.every((word) => textOf(item).includes(word));
      item.hidden = !matches;
      if (matches) shown += 1;
    }
    for (const feature of all(".feature", current)) feature.hidden = !feature.querySelector(".item:not([hidden])");
    const nothing = current.querySelector(".nothing");
    if (nothing) nothing.hidden = shown > 0;
    byId("shown").textContent = shown === items.length ? "" : `${shown} of ${items.length}`;
  };

  if (form) {
    let due;
    form.addEventListener("input", () => { clearTimeout(due); due = setTimeout(filter, 80); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
  }
  for (const button of all(".copy")) button.hidden = false;
  addEventListener("hashchange", go);
  // A browser may come back with details that are open already.
  for (const details of all("details[open]")) details.dispatchEvent(new Event("toggle"));
  go();
})();
