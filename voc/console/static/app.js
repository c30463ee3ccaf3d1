// The console: asks the API with the reader's key (kept in this tab only) and shows what it answers.
import { label, number, otherLanguage, percent, t } from "/console/words.js";
import { intervalBar, make, marked, webAddress, weekColumns } from "/console/draw.js";

const $ = (id) => document.getElementById(id);
const LEVELS = ["1", "3", "10", "30", "100"];
const state = { key: null, workspace: null, every: false, tab: "pains", shown: null, turn: 0 };

class Trouble extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

async function ask(path, params = {}) {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries(params)) if (value) address.searchParams.set(name, value);
  if (state.every && state.workspace) address.searchParams.set("workspace", state.workspace);
  let answer;
  try {
    answer = await fetch(address, { headers: { Authorization: `Bearer ${state.key}` }, cache: "no-store", credentials: "omit", redirect: "error" });
  } catch {
    throw new Trouble(0, t("away"));
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  if (answer.status === 401) throw new Trouble(401, t("bad_key"));
  if (answer.status === 403) throw new Trouble(403, t("no_read"));
  throw new Trouble(answer.status, `${body.code ?? answer.status}: ${body.detail ?? t("away")}`);
}

function tell(error) {
  if (error instanceof Trouble && error.status === 401) leave();
  $("trouble").textContent = error.message;
  $("trouble").hidden = false;
}

function guarded(work) {
  return async (...given) => {
    $("trouble").hidden = true;
    try { await work(...given); } catch (error) { tell(error); }
  };
}

// ---------------------------------------------------------------- key

function takeKey() {
  const given = /^#key=(.+)$/.exec(location.hash);
  if (given) {
    sessionStorage.setItem("voc.key", decodeURIComponent(given[1]));
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("voc.key");
}

function leave() {
  sessionStorage.removeItem("voc.key");
  Object.assign(state, { key: null, workspace: null, every: false, shown: null });
  for (const id of ["ranking", "head", "detail", "found", "sheet"]) $(id).replaceChildren();
  $("detail").hidden = true;
  $("paper").close();
  for (const id of ["pains", "search", "tabs", "leave", "workspace-label"]) $(id).hidden = true;
  $("gate").hidden = false;
  $("key").value = "";
  $("key").focus();
}

const enter = guarded(async () => {
  const known = await ask("/v1/workspaces");
  sessionStorage.setItem("voc.key", state.key);
  state.every = known.every;
  state.workspace = known.current;
  $("workspace").replaceChildren(...known.items.map((one) => make("option", { value: one.name, selected: one.name === known.current }, one.name)));
  $("workspace-label").hidden = known.items.length < 2;
  $("gate").hidden = true;
  $("tabs").hidden = $("leave").hidden = false;
  await open(state.tab);
});

// ---------------------------------------------------------------- pain points

function options(name, choices) {
  const select = $("filters").elements[name];
  const before = select.value;
  select.replaceChildren(...choices.map(([value, text]) => make("option", { value }, text)));
  select.value = choices.some(([value]) => value === before) ? before : choices[0][0];
}

function fillOptions() {
  options("kind", [["", t("any")], ...["review", "post", "ticket", "chat", "survey"].map((kind) => [kind, t(kind)])]);
  options("level", [["", t("leaves")], ...["1", "2", "3"].map((level) => [level, t("level_n", level)])]);
  options("sort", ["harm", "people", "trend", "value", "impact"].map((sort) => [sort, t(sort)]));
}

function filters() {
  const given = Object.fromEntries(new FormData($("filters")));
  if (given.product) given.product = given.product.replaceAll(",", "\\,");
  return given;
}

const rank = guarded(async () => {
  const turn = ++state.turn;
  $("head").textContent = t("loading");
  closeDetail();
  let answer;
  try {
    answer = await ask("/v1/pain-points", { ...filters(), limit: 60 });
  } catch (error) {
    $("head").replaceChildren();
    throw error;
  }
  if (turn !== state.turn) return; // a newer question is on its way
  showHead(answer);
  const solid = answer.items.filter((item) => item.status === "ok");
  const most = Math.max(0, ...(solid.length ? solid : answer.items).map((item) => item.harm_ci[1]));
  $("ranking").replaceChildren(...answer.items.map((item) => make("li", {}, painRow(item, most))));
  if (!answer.items.length) $("ranking").append(make("li", { class: "soft" }, t("empty")));
});

function showHead(answer) {
  const left = Object.entries(answer.excluded).filter(([, count]) => count).map(([why, count]) => `${t(why)} ${number(count)}`);
  const silent = answer.sources.filter((one) => one.status !== "ok").map((one) => one.source);
  const fact = (name, text) => make("span", {}, `${t(name)} `, make("b", {}, text));
  $("head").replaceChildren(
    fact("window", `${answer.since} – ${answer.until}`),
    fact("people_total", number(answer.people_total)),
    fact("documents_total", number(answer.documents_total)),
    ...(left.length ? [fact("excluded", left.join(" · "))] : []),
    ...(silent.length ? [fact("missing", silent.join(" · "))] : []),
    fact("as_of", number(answer.as_of)),
  );
}

function tags(item) {
  return [
    item.lane === "critical" ? make("span", { class: "tag critical" }, t("critical")) : null,
    item.status !== "ok" ? make("span", { class: "tag" }, t(item.status)) : null,
    item.status === "ok" && item.thin ? make("span", { class: "tag" }, t("thin")) : null,
  ];
}

function harmBar(item, most) {
  const [low, high] = item.harm_ci;
  return intervalBar(low, item.harm, high, most, `${t("harm")} ${number(item.harm, 2)}, ${t("interval", number(low, 2), number(high, 2))}`);
}

function trendOf(item) {
  const verdict = item.trend?.verdict;
  const more = verdict ? make("small", {}, `×${number(item.trend.ratio, 2)}`) : null;
  return make("span", { class: `trend num ${verdict ?? ""}` }, t(verdict ?? "no_trend"), more);
}

function painRow(item, most) {
  const quote = item.evidence[0]?.quote;
  return make(
    "button",
    { type: "button", class: item.status === "ok" ? "pain" : "pain thin", "aria-expanded": "false", "data-id": item.id, onclick: () => detail(item.id) },
    make("span", { class: "rank" }, item.rank === null ? "·" : String(item.rank)),
    make("span", { class: "name" }, ...tags(item), item.name, make("small", {}, item.path.join(" › "))),
    make("span", { class: "bar" }, harmBar(item, most), make("small", { class: "soft" }, `${t("harm")} ${number(item.harm, 1)} (${number(item.harm_ci[0], 1)} – ${number(item.harm_ci[1], 1)})`)),
    make("span", { class: "people num" }, number(item.people), make("small", {}, `${t("people")} · ${percent(item.share)}`)),
    trendOf(item),
    quote ? make("span", { class: "quote" }, quote) : null,
  );
}

function closeDetail() {
  state.shown = null;
  $("detail").hidden = true;
  $("detail").parentElement.classList.remove("open");
  for (const row of document.querySelectorAll(".pain")) row.setAttribute("aria-expanded", "false");
}

const detail = guarded(async (id) => {
  if (state.shown === id) return closeDetail();
  const turn = ++state.turn;
  const { sort, level, ...rest } = filters();
  const item = await ask(`/v1/pain-points/aspect/${encodeURIComponent(id)}`, rest);
  if (turn !== state.turn) return;
  state.shown = id;
  for (const row of document.querySelectorAll(".pain")) row.setAttribute("aria-expanded", String(row.dataset.id === id));
  const fact = (name, text) => make("div", {}, make("dt", {}, name), make("dd", {}, text));
  const harms = LEVELS.filter((one) => item.by_harm[one]).map((one) => fact(t(`h${one}`), number(item.by_harm[one])));
  const list = make("ul", { class: "words" });
  $("detail").replaceChildren(
    make("button", { type: "button", class: "plain close", onclick: closeDetail }, t("close")),
    make("h2", {}, item.name),
    make("p", { class: "soft small" }, item.path.join(" › ")),
    make("p", {}, ...tags(item)),
    harmBar(item, item.harm_ci[1]),
    make("p", { class: "soft small" }, t("interval", number(item.harm_ci[0], 2), number(item.harm_ci[1], 2))),
    make("dl", { class: "facts" },
      fact(t("harm"), number(item.harm, 2)), fact(t("people"), number(item.people)), fact(t("share"), percent(item.share)),
      fact(t("mentions"), number(item.mentions)), fact(t("heat"), number(item.heat)), fact(t("trend"), t(item.trend?.verdict ?? "no_trend"))),
    ...(harms.length ? [make("h3", {}, t("levels")), make("dl", { class: "facts" }, ...harms)] : []),
    ...(item.weeks.length ? [make("h3", {}, t("weeks")), weekColumns(item.weeks, t("weeks"))] : []),
    ...(item.subnodes.length ? [make("h3", {}, t("subnodes")), make("ul", { class: "words" }, ...item.subnodes.map((node) => make("li", {}, `${node.name} · ${t("of_people", number(node.people), `${t("mentions")} ${number(node.mentions)}`)}`)))] : []),
    make("h3", {}, t("evidence")),
    list,
    make("p", {}, make("button", { type: "button", class: "plain", onclick: guarded(() => everything(item.listing)) }, t("all_mentions"))),
  );
  list.replaceChildren(...item.evidence.map((one) => make("li", {}, said(one.quote, one, "negative", [one]))));
  $("detail").hidden = false;
  $("detail").parentElement.classList.add("open");
  $("detail").focus({ preventScroll: true });
  $("detail").scrollTop = 0;
});

// ---------------------------------------------------------------- words

function said(words, from, sentiment, spans) {
  const where = [from.day ?? from.created_at.slice(0, 10), from.source, from.product ?? from.document_product].filter(Boolean).join(" · ");
  return make(
    "button",
    { type: "button", class: `said ${sentiment}`, onclick: guarded(() => paper(from.document_id ?? from.id, spans)) },
    make("p", {}, words),
    make("small", {}, where),
  );
}

async function paper(id, spans) {
  const found = await ask(`/v1/documents/${encodeURIComponent(id)}`);
  const facts = [found.day, found.source, t(found.kind), found.product, found.rating === null ? null : `★ ${found.rating}`, t(found.sentiment), found.counted ? t("counted") : t("not_counted", t(found.excluded))];
  const link = webAddress(found.url);
  $("sheet").replaceChildren(
    make("button", { type: "button", class: "plain close", onclick: () => $("paper").close() }, t("close")),
    make("p", { class: "soft small" }, facts.filter(Boolean).join(" · ")),
    marked(found.text, spans.length ? spans : found.mentions.map((one) => one.clause)),
    ...(found.mentions.length ? [make("h3", { class: "soft small" }, t("about")), make("p", {}, ...found.mentions.map((one) => make("span", { class: "tag" }, `${one.aspect_name ?? "—"} · ${t(one.sentiment)}`)))] : []),
    ...(link ? [make("p", {}, make("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, t("open_source")))] : []),
  );
  if (!$("paper").open) $("paper").showModal();
}

// Pages of a listing, one behind the other, into `box`.
async function pages(box, address, row) {
  const url = new URL(address, location.origin);
  url.searchParams.set("limit", "30");
  const more = make("button", { type: "button", class: "plain more", onclick: guarded(next) }, t("more"));
  box.replaceChildren(more);
  async function next() {
    more.disabled = true;
    try {
      const answer = await ask(url.pathname + url.search);
      for (const item of answer.items) more.before(row(item));
      if (answer.next_cursor) url.searchParams.set("cursor", answer.next_cursor);
      else more.remove();
      if (!box.childElementCount) box.append(make("p", { class: "soft" }, t("nothing")));
    } finally {
      more.disabled = false;
    }
  }
  await next();
}

async function everything(listing) {
  const box = make("div", { class: "found" });
  $("sheet").replaceChildren(make("button", { type: "button", class: "plain close", onclick: () => $("paper").close() }, t("close")), make("h3", {}, t("all_mentions")), box);
  if (!$("paper").open) $("paper").showModal();
  await pages(box, listing, (one) => said(one.clause.text, one, one.sentiment, [one.clause]));
}

const find = guarded(async () => {
  const words = $("finder").elements.q.value.trim();
  const query = new URLSearchParams(words ? { q: words } : {});
  await pages($("found"), `/v1/documents?${query}`, (one) => said(one.text, one, one.sentiment, []));
});

// ---------------------------------------------------------------- page

async function open(tab) {
  state.tab = tab;
  $("pains").hidden = tab !== "pains";
  $("search").hidden = tab !== "search";
  for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  await (tab === "pains" ? rank() : find());
}

function relabel() {
  label();
  $("language").textContent = t("language");
  fillOptions();
}

$("gate").addEventListener("submit", (event) => { event.preventDefault(); state.key = $("key").value.trim(); enter(); });
$("filters").addEventListener("submit", (event) => { event.preventDefault(); rank(); });
$("finder").addEventListener("submit", (event) => { event.preventDefault(); find(); });
$("workspace").addEventListener("change", guarded(async () => { state.workspace = $("workspace").value; await open(state.tab); }));
$("language").addEventListener("click", () => { otherLanguage(); relabel(); if (state.key && !$("tabs").hidden) open(state.tab); });
$("leave").addEventListener("click", leave);
for (const button of document.querySelectorAll("[data-tab]")) button.addEventListener("click", () => open(button.dataset.tab));

relabel();
state.key = takeKey();
if (state.key) enter();
else leave();
