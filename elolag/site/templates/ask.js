"use strict";
/* The page that answers back: the engine of elolag.model on the draws that travel with the page.
   Names and rules are those of elolag/model/frontier.py and estimands.py; phrases come as data. */
(() => {
const D = JSON.parse(document.getElementById("draws").textContent);
const W = D.words, N = D.draws, K = D.travels.length, M = D.models.length, DPM = D.days_per_month;
const EXACT = 0, AT_LEAST = 1, AT_MOST = -1, UNBOUNDED = 2;
const LIKELY = 0.05, MAY_LEAD = 0.10, SURE = 0.95, LIKELIER = 0.5, BOUNDS = 0.05, FEWEST = 3;

// Everything is laid out once: ratings of draw d at [d * K, d * K + K), posterior means as draw N.
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const ratings = new Float64Array((N + 1) * K), apart = new Float64Array(K * K);
{
  const codes = bytes(D.codes), pairs = bytes(D.apart);
  for (let k = 0; k < K; k++) {
    for (let d = 0; d < N; d++) ratings[d * K + k] = D.low[k] + D.step[k] * codes[k * N + d];
    ratings[N * K + k] = D.means[k];
  }
  for (let i = 0, n = 0; i < K; i++) for (let j = i + 1; j < K; j++, n++) {
    const at = 3 * (n >> 1);
    const code = n & 1 ? (pairs[at + 1] & 15) << 8 | pairs[at + 2] : pairs[at] << 4 | pairs[at + 1] >> 4;
    apart[i * K + j] = apart[j * K + i] = 1.645 * (D.unit * code);
  }
}
const days = bytes(D.days), place = new Map(D.travels.map((m, k) => [m, k]));
const number = new Map(D.models.map((name, m) => [name, m]));

// Words: dates, numbers as Python prints them (halves to even), slots, characters that do not show.
const toDay = iso => Date.UTC(+iso.slice(0, 4), iso.slice(5, 7) - 1, +iso.slice(8)) / 864e5;
const toIso = day => new Date(day * 864e5).toISOString().slice(0, 10);
const told = iso => `${+iso.slice(8)} ${W.names_of_months[iso.slice(5, 7) - 1]} ${iso.slice(0, 4)}`;
const even = x => { const f = Math.floor(x), r = x - f; return r < .5 || (r === .5 && f % 2 === 0) ? f : f + 1; };
const fixed = x => {
  x = Math.abs(x);
  return Number.isInteger(4 * x) && !Number.isInteger(2 * x) ? (even(10 * x) / 10).toFixed(1) : x.toFixed(1);
};
const fill = (text, slots) => text.replace(/\{(\w+)\}/g, (all, name) => name in slots ? slots[name] : all);
const printable = text => text.replace(/\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu, c => {
  const code = c.codePointAt(0).toString(16);
  return code.length > 4 ? "\\U" + code.padStart(8, "0") : "\\u" + code.padStart(4, "0");
});
class Refused extends Error {}
const refuse = (text, slots = {}) => { throw new Refused(fill(text, slots)); };

// What is asked: the fragment of an address, read and written.
const RULES = Object.keys(D.choices).filter(name => name !== "match");
const plain = () => ({
  as_of: "", window: D.windows[0], without: [], moved: [],
  ...Object.fromEntries(Object.entries(D.choices).map(([name, values]) => [name, values[0]])),
});
const aDay = text => /^20\d\d-\d\d-\d\d$/.test(text) && toIso(toDay(text)) === text
  ? text : refuse(W.refusals.day, {value: text});
function read(address) {
  const known = ["vintage", "as_of", "window", ...Object.keys(D.choices), "without", "moved"];
  const said = new Map(), asked = plain();
  const text = address.slice(address.lastIndexOf("#") + 1)
    .replace(/%2C/g, ",").replace(/%2c/g, ",").replace(/%3A/g, ":").replace(/%3a/g, ":")
    .replace(/%2B/g, "+").replace(/%2b/g, "+");
  for (const part of text.split("&")) {
    if (!part) continue;
    const at = part.indexOf("="), name = at < 0 ? part : part.slice(0, at);
    const value = at < 0 ? "" : part.slice(at + 1);
    if (!known.includes(name) || !value) refuse(W.refusals.unread, {part, known: known.join(", ")});
    if (said.has(name)) refuse(W.refusals.twice, {part: name});
    said.set(name, value);
  }
  const parts = name => (said.get(name) ?? "").split(",").filter(Boolean);
  asked.without = parts("without");
  asked.moved = parts("moved").map(part => {
    const at = part.indexOf(":");
    return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  });
  const as_of = said.has("as_of") ? aDay(said.get("as_of")) : "";
  for (const [, day] of asked.moved) aDay(day);
  if (said.has("window")) {
    const value = said.get("window");
    if (!D.windows.some(w => String(w) === value)) refuse(W.refusals.window, {value});
    asked.window = Number(value);
  }
  for (const [name, values] of Object.entries(D.choices)) {
    const value = said.get(name) ?? values[0];
    if (!values.includes(value)) refuse(W.refusals.choice, {name, value, known: values.join(", ")});
    asked[name] = value;
  }
  const vintage = said.get("vintage") ?? D.vintage;
  if (vintage !== D.vintage) refuse(W.refusals.vintage, {asked: vintage, vintage: D.vintage});
  if (as_of > D.vintage) refuse(W.refusals.late, {value: as_of, vintage: D.vintage});
  asked.as_of = as_of === D.vintage ? "" : as_of;
  const labs = new Set(D.labs.map(lab => `lab:${lab}`));
  for (const name of asked.without) if (!number.has(name) && !labs.has(name)) refuse(W.refusals.model, {name});
  for (const [name] of asked.moved) if (!number.has(name)) refuse(W.refusals.model, {name});
  asked.moved.forEach(([name], n) => {
    if (!place.has(number.get(name))) refuse(W.refusals.unmovable, {name});
    if (asked.moved.slice(0, n).some(other => other[0] === name)) refuse(W.refusals.twice, {part: name});
  });
  return asked;
}
function fragment(asked, vintage = "") {
  const parts = vintage ? [`vintage=${vintage}`] : [];
  if (asked.as_of) parts.push(`as_of=${asked.as_of}`);
  if (asked.window !== D.windows[0]) parts.push(`window=${asked.window}`);
  for (const [name, values] of Object.entries(D.choices))
    if (asked[name] !== values[0]) parts.push(`${name}=${asked[name]}`);
  if (asked.without.length) parts.push(`without=${asked.without.join(",")}`);
  if (asked.moved.length) parts.push(`moved=${asked.moved.map(each => each.join(":")).join(",")}`);
  return parts.join("&");
}
const without = name => name.startsWith("lab:")
  ? fill(W.changes.lab, {name: D.lab_names[D.labs.indexOf(name.slice(4))].at(-1)[1]}) : fill(W.changes.model, {name});
const moved = ([name, day]) => fill(W.changes.moved, {name, day: told(day)});
function changed(asked) {
  const C = W.changes, found = [];
  if (asked.as_of) found.push(fill(C.as_of, {day: told(asked.as_of)}));
  if (asked.window !== D.windows[0]) found.push(fill(C.window, {over: W.over[asked.window]}));
  if (W.rules[asked.match]) found.push(fill(C.match, {rule: W.rules[asked.match]}));
  for (const name of RULES) if (asked[name] !== D.choices[name][0]) found.push(C[`${name}=${asked[name]}`]);
  found.push(...asked.without.map(without), ...asked.moved.map(moved));
  return found.length ? fill(C.some, {changes: found.join("; ")}) : C.none;
}
function refit(asked) {
  const labs = asked.without.filter(name => name.startsWith("lab:"));
  const sides = D.groups.map(text => text.split(",")
    .map(part => [part, ...labs.map(lab => `not:${lab}`)].join("+")).join(","));
  const words = [D.lag];
  if (labs.length || sides.join(" ") !== D.usual.join(" ")) words.push(`--leader ${sides[0]} --follower ${sides[1]}`);
  words.push(`--vintage ${D.vintage}`);
  if (asked.as_of) words.push(`--as-of ${asked.as_of}`);
  if (asked.window !== D.windows[0]) words.push(`--window ${asked.window}`);
  for (const [name, values] of Object.entries(D.choices)) if (asked[name] !== values[0])
    words.push(`--${name === "match" ? "match-rule" : name.replace("_", "-")} ${asked[name]}`);
  for (const name of asked.without) if (!labs.includes(name)) words.push(`--exclude ${name}`);
  words.push(asked.moved.length ? "--tags FILE" : D.own);
  return words.filter(Boolean).join(" ");
}

// Who counts from when: the sides' dates of all M models, after the reader's edits.
function edited(asked) {
  const since = [new Float64Array(M), new Float64Array(M)];
  const lab = new Int32Array(M), released = Float64Array.from(D.released), exact = new Set();
  const set = (m, lead, follow, of) => {
    since[0][m] = lead < 0 ? Infinity : lead;
    since[1][m] = follow < 0 ? Infinity : follow;
    lab[m] = of;
  };
  D.counts.forEach((row, m) => set(m, ...row));
  for (const row of D.kinds[RULES.map(name => asked[name]).join("/")]) set(...row);
  for (const [name, day] of asked.moved) {
    const m = number.get(name), moved = toDay(day);
    for (const side of since) side[m] = side[m] === released[m] ? moved : Math.max(side[m], moved);
    released[m] = moved;
    exact.add(m);
  }
  const gone = new Set(asked.without);
  for (let m = 0; m < M; m++)
    if (gone.has(D.models[m]) || gone.has(`lab:${D.labs[lab[m]]}`)) since[0][m] = since[1][m] = Infinity;
  return {since, lab, released, exact, as_of: asked.as_of ? toDay(asked.as_of) : D.as_of};
}

// One side's running maximum in one draw at a time (frontier.Steps); arrays are used again.
class Steps {
  constructor(world, side) {
    const {since, released, exact, as_of} = world, mine = since[side];
    this.as_of = as_of;
    this.n = 0;
    this.dates = new Float64Array(K);
    this.run = new Float64Array(K);
    this.col = new Int32Array(K);
    const known = [], vague = [];
    for (let k = 0; k < K; k++) {
      const m = D.travels[k], v = D.vague.indexOf(k);
      if (v >= 0 && !exact.has(m) && mine[m] === released[m]) vague.push([k, v, mine[m]]);
      else if (mine[m] <= as_of) known.push(k);
    }
    known.sort((a, b) => mine[D.travels[a]] - mine[D.travels[b]]);
    this.order = Int32Array.from(known);
    this.when = Float64Array.from(known, k => mine[D.travels[k]]);
    this.vague = vague;
    this.scratch = new Int32Array(K);
    this.at_day = new Float64Array(K);
  }
  draw(d) {
    let order = this.order, when = this.when, count = order.length;
    if (this.vague.length) {
      order = this.scratch;
      when = this.at_day;
      order.set(this.order);
      when.set(this.when);
      for (const [k, v, usual] of this.vague) {
        const day = d === N ? usual : D.starts[v] + days[v * N + d];
        if (day > this.as_of) continue;
        let at = count++;
        for (; at > 0 && when[at - 1] > day; at--) { when[at] = when[at - 1]; order[at] = order[at - 1]; }
        when[at] = day;
        order[at] = k;
      }
    }
    const base = d * K;
    let n = 0, best = -Infinity;
    for (let i = 0; i < count; i++) {
      const rating = ratings[base + order[i]];
      if (rating <= best) continue;
      best = rating;
      if (n && this.dates[n - 1] === when[i]) n--;
      this.dates[n] = when[i];
      this.run[n] = rating;
      this.col[n++] = order[i];
    }
    this.n = n;
  }
  at(day) {
    let i = this.n;
    while (i > 0 && this.dates[i - 1] > day) i--;
    return i ? this.run[i - 1] : -Infinity;
  }
  reaching(level) {
    let i = 0;
    while (i < this.n && this.run[i] < level) i++;
    return i;
  }
}

let unseen = false;  // what `crossed` says beside the day
function crossed(rule, level, side, at, rival, rivalAt, until) {
  if (rule === "not-worse") {
    const row = rival.col[Math.min(rivalAt, rival.n - 1)] * K;
    let after = 0;
    for (let i = 0; i < side.n; i++)
      if (side.run[i] <= level + apart[row + side.col[i]] && side.dates[i] <= until) after = i + 1;
    unseen = after === 0;
    return Math.min(after < side.n ? side.dates[after] : Infinity, until);
  }
  unseen = rule === "below" ? level <= side.run[0] : level < side.run[0];
  if (rule === "reached") return side.dates[at];
  const before = Math.max(at - 1, 0), date = side.dates[before];
  if (rule === "below") return date;
  const low = side.run[before], high = side.run[at];
  return date + (high > low ? (level - low) / (high - low) : 0) * (side.dates[at] - date);
}
const now = {gap: 0, code: EXACT, lead: 0, follow: 0};
function current(rule, L, F, day) {
  const bestL = L.at(day), bestF = F.at(day), level = Math.min(bestL, bestF);
  const lead = L.reaching(level), follow = F.reaching(level), gap = bestL - bestF;
  now.gap = gap; now.lead = lead; now.follow = follow; now.code = EXACT;
  if (gap > 0) {
    const led = crossed(rule, level, L, lead, F, follow, day);
    if (unseen) now.code = AT_LEAST;
    return (day - led) / DPM;
  }
  if (gap < 0) {
    const followed = crossed(rule, level, F, follow, L, lead, day);
    if (unseen) now.code = AT_MOST;
    return -((day - followed) / DPM);
  }
  return rule === "not-worse" ? 0 : (F.dates[follow] - L.dates[lead]) / DPM;
}
let code = EXACT, bothLed = false;  // the bound of the last average; whether each side led in it
function average(rule, L, F, start, as_of) {
  let sum = 0, from = start, i = 0, j = 0, least = false, most = false, led = 0;
  while (i < L.n && L.dates[i] <= start) i++;
  while (j < F.n && F.dates[j] <= start) j++;
  while (from < as_of) {
    const next = Math.min(i < L.n ? L.dates[i] : as_of, j < F.n ? F.dates[j] : as_of, as_of);
    if (next > from) {
      const width = next - from;
      sum += current(rule, L, F, from + width / 2) * width;
      if (now.code === AT_LEAST) least = true;
      if (now.code === AT_MOST) most = true;
      led |= now.gap > 0 ? 1 : now.gap < 0 ? 2 : 0;
    }
    while (i < L.n && L.dates[i] <= next) i++;
    while (j < F.n && F.dates[j] <= next) j++;
    from = next;
  }
  code = least ? (most ? UNBOUNDED : AT_LEAST) : most ? AT_MOST : EXACT;
  bothLed = led === 3;
  return sum / (as_of - start);
}

// All draws of one question; refused where a model that did not travel could decide.
const months = [new Float64Array(N + 1), new Float64Array(N + 1)];
const codes = [new Int8Array(N + 1), new Int8Array(N + 1)];
const gaps = new Float64Array(N + 1);
const bests = [new Int32Array(N + 1), new Int32Array(N + 1)], matched = new Int32Array(N + 1);
let eachLed = false;  // at posterior means
const SIDES = ["leader", "follower"];
function solve(asked, world) {
  const {since, as_of} = world, rule = asked.match, start = as_of - asked.window * DPM;
  const first = since.map(side => side.reduce((a, b) => Math.min(a, b), Infinity));
  const left = m => refuse(W.refusals.left, {name: D.models[m], command: refit(asked)});
  SIDES.forEach((side, s) => {
    if (first[s] === Infinity) refuse(W.errors.none, {side});
    if (first[s] > as_of) refuse(W.errors.later, {side, day: toIso(as_of), first: toIso(first[s])});
  });
  SIDES.forEach((side, s) => {
    if (first[s] > start) refuse(W.errors.window, {
      side, window: asked.window, day: toIso(as_of), first: toIso(first[s]),
      most: String(Math.floor(10 * ((as_of - first[s]) / DPM)) / 10),
    });
  });
  const L = new Steps(world, 0), F = new Steps(world, 1), S = [L, F];
  const others = S.map((_, s) => {
    const found = D.left.map((m, n) => ({n, m, day: since[s][m] - D.early[n], high: D.highest[n]}))
      .filter(each => each.day <= as_of).sort((a, b) => a.day - b.day);
    return {n: Int32Array.from(found, e => e.n), day: Float64Array.from(found, e => e.day),
      high: Float64Array.from(found, e => e.high)};
  });
  const undecided = new Uint8Array(D.left.length);
  for (let step = 0; step <= N; step++) {
    const d = step === 0 ? N : step - 1;  // posterior means first, as the engine does
    L.draw(d);
    F.draw(d);
    for (let s = 0; s < 2; s++)
      if (!(S[s].n && S[s].dates[0] <= start)) left(since[s].indexOf(first[s]));
    const lowest = Math.min(L.at(start), F.at(start));
    for (let s = 0; s < 2; s++) {
      const side = S[s], {n, day, high} = others[s], at = side.reaching(lowest);
      const below = at ? side.run[at - 1] : -Infinity;
      for (let i = 0, r = 0; i < n.length; i++) {
        while (r < side.n && side.dates[r] <= day[i]) r++;
        if (below <= high[i] && (r ? side.run[r - 1] : -Infinity) < high[i]) undecided[n[i]] = 1;
      }
    }
    if (step === 0 && undecided.includes(1)) left(D.left[undecided.indexOf(1)]);
    months[0][d] = average(rule, L, F, start, as_of);
    codes[0][d] = code;
    if (step === 0) eachLed = bothLed;
    months[1][d] = current(rule, L, F, as_of);
    codes[1][d] = now.code;
    gaps[d] = now.gap;
    bests[0][d] = L.col[L.n - 1];
    bests[1][d] = F.col[F.n - 1];
    matched[d] = now.gap < 0 ? F.col[now.follow] : L.col[now.lead];
  }
  if (undecided.includes(1)) left(D.left[undecided.indexOf(1)]);
  L.draw(N);
  F.draw(N);
  return S;
}
const sorted = new Float64Array(N), tail = Math.round((1 - D.level) / 2 * 1e12) / 1e12;
function ends(values, codeOf) {
  const end = (share, bounded, open) => {
    for (let d = 0; d < N; d++)
      sorted[d] = codeOf[d] === bounded || codeOf[d] === UNBOUNDED ? open : values[d];
    sorted.sort();
    const found = sorted[Math.max(Math.ceil(N * share - 1), 0)];
    return Number.isFinite(found) ? found : null;
  };
  return [end(tail, AT_MOST, -Infinity), end(1 - tail, AT_LEAST, Infinity)];
}
const none = new Int8Array(N);

// From draws to a result, and what may be said of it (results.lag, results.verdict).
function result(estimand, asked, world, shared) {
  const s = estimand === "average" ? 0 : 1, point = codes[s][N];
  if (point === UNBOUNDED) refuse(W.errors.unbounded);
  let [low, high] = ends(months[s], codes[s]), value = months[s][N], exact = 0, sum = 0;
  const censored = point === AT_LEAST ? "at-least" : point === AT_MOST ? "at-most" : "";
  if (censored === "at-least") high = null;
  if (censored === "at-most") low = null;
  for (let d = 0; d < N; d++) if (codes[s][d] === EXACT) { exact++; sum += months[s][d]; }
  if (s === 0 && !censored && exact >= (1 - BOUNDS) * N) value = sum / exact;
  return {...shared, estimand, months: value + 0, low, high, censored, rule: asked.match, window: asked.window};
}
// Whether of a release only the month is known.
const vague = (k, world) => D.month[k] && !world.exact.has(D.travels[k]);
function share(asked, world) {
  const {since, as_of, released, lab} = world, gap = gaps[N] + 0;
  const point = (k, s) => {
    const m = D.travels[k], day = toIso(since[s][m]), names = D.lab_names[lab[m]];
    const out = toIso(released[m]), named = names.filter(([from]) => from <= out).at(-1);
    const month = vague(k, world) && since[s][m] === released[m];
    const whose = named ? named[1] : D.labs[lab[m]], when = told(day).slice(month ? told(day).indexOf(" ") + 1 : 0);
    return {k, model: D.models[m], name: D.names[k], rating: D.means[k], released: out, from: since[s][m], day,
      on: month ? fill(W.on[1], {month: day.slice(0, 7)}) : fill(W.on[0], {day}),
      few: D.few[k], dated: `${D.names[k]} (${whose ? `${whose}, ` : ""}${when})`};
  };
  const leads = gap < 0, counts = new Map();
  let leading = 0, same = 0, best0 = 0, best1 = 0;
  for (let d = 0; d < N; d++) {
    const ahead = gaps[d] < 0, rival = gaps[d] === 0 ? bests[1][d] + 1 : 0;
    const key = 2 * (rival * K + matched[d]) + ahead;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    leading += ahead;
    same += ahead === leads && matched[d] === matched[N];
    best0 += bests[0][d] === bests[0][N];
    best1 += bests[1][d] === bests[1][N];
  }
  const matches = [...counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => {
    const k = (key >> 1) % K, rival = Math.floor((key >> 1) / K), side = key & 1, m = D.travels[k];
    const until = rival ? since[1][D.travels[rival - 1]] : as_of, away = (until - since[side][m]) / DPM;
    return {model: D.models[m], date: toIso(released[m]), months: side ? -away : away, probability: count / N};
  });
  const held = since.map(side => side.reduce((n, day) => n + (day <= as_of), 0));
  const few = Math.min(...held) < FEWEST ? held.map(n => Math.min(n, FEWEST)).join("/") : "";
  return {
    as_of, gap, gapEnds: ends(gaps, none), matches, few, leading: leading / N, matched: same / N,
    bestShares: [best0 / N, best1 / N], point, leads,
    best: [point(bests[0][N], 0), point(bests[1][N], 1)], match: point(matched[N], leads ? 1 : 0),
  };
}
const readsAhead = (x, censored) => x < 0 || (x === 0 && censored === "at-most");
const bound = (x, censored) => !censored ? ""
  : W.lag.bounds[readsAhead(x, censored) === (censored === "at-most") ? 0 : 1];
function judge(r) {
  const best = r.leads ? r.best[0] : r.best[1], first = r.leads ? "leader-first" : "follower-first";
  r.order = null;
  if (r.estimand === "current" && r.rule === "reached" && !r.censored) {
    let later = r.gap === 0 ? r.months : best.from - r.match.from;
    if (r.gap !== 0 && r.leads) later = -later;
    r.order = later === 0 ? "level" : later < 0 ? "follower-first" : "leader-first";
  }
  r.overtaken = r.gap !== 0 && r.order === first;
  const low = r.low ?? -Infinity, high = r.high ?? Infinity, x = r.months;
  r.ahead = readsAhead(x, r.censored);
  r.bound = bound(x, r.censored);
  r.clear = !(r.estimand === "current" && (r.gap === 0 || (r.gapEnds[0] < 0 && r.gapEnds[1] > 0)))
    && !((low < 0 && high > 0) || (x > 0 && low < 0) || (x < 0 && high > 0))
    && (!r.censored || r.bound === W.lag.bounds[0]);
  r.verdict = r.overtaken ? "overtaken" : nought(x) && !r.censored ? "level" : !r.clear ? "no-clear-lead"
    : r.censored ? "at-least" : x < 0 ? "ahead" : "behind";
  r.one = r.low !== null && r.low === r.high;
  r.since = value => r.overtaken && value * x > 0 && Math.abs(value) * DPM < r.as_of - best.from;
  r.told = value => r.since(value)
    ? fill(W.lag.directed.passed, {before: before(value)})
    : r.overtaken && r.leads ? fill(W.lag.leader, {told: directed(-value)}) : directed(value);
  return r;
}
const nought = x => Number(fixed(x)) === 0;
const inMonths = x => fill(W.lag.months, {size: fixed(x)});
const before = x => nought(x) ? W.lag["just-before"] : fill(W.lag.before, {size: fixed(x)});
const directed = x => nought(x) ? W.lag.directed.level
  : fill(W.lag.directed[x > 0 ? "behind" : "ahead"], {months: inMonths(x)});
function span(low, high) {
  if (low < 0 && high > 0) return fill(W.lag.span.mixed, {low: directed(low), high: directed(high)});
  const [near, far] = [fixed(low), fixed(high)].sort((a, b) => a - b), side = low >= 0 ? "behind" : "ahead";
  return near === far ? fill(W.lag.span.one, {told: directed(low || high)}) : fill(W.lag.span[side], {near, far});
}
function figure(r) {
  const size = `${r.bound} ${inMonths(r.months)}`.trimStart();
  if (r.verdict === "level") return W.figure.level;
  if (r.verdict === "overtaken")
    return fill(W.figure[r.leads ? "overtaken-leads" : "overtaken"], {on: r.match.on, before: before(r.months)})
      + (r.clear ? "" : W.figure.doubt);
  if (r.clear) return fill(W.figure[r.ahead ? "ahead" : "behind"], {size});
  return fill(W.figure[r.ahead ? "unclear-ahead" : "unclear"], {size});
}
function interval(r) {
  if (r.few) return W.counted[r.few][1];
  if (r.low === null && r.high === null) return W.lag.open.none;
  if (r.high === null) return r.low === 0 ? W.lag.open.low : `${bound(r.low, "at-least")} ${directed(r.low)}`;
  if (r.low === null) return r.high === 0 ? W.lag.open.high : `${bound(r.high, "at-most")} ${directed(r.high)}`;
  if (r.one) return W.lag.one;
  if (r.overtaken) return fill(W.lag.span.mixed, {low: r.told(r.low), high: r.told(r.high)});
  return span(r.low, r.high);
}
const brief = r => fill(W.lag.brief, {figure: figure(r), interval: interval(r)});

// The two lines (results.answer).
function onAverage(r) {
  const I = W.interval, low = r.low ?? -Infinity, high = r.high ?? Infinity;
  const end = x => nought(x) ? I.level : fill(W.lag.directed[x < 0 ? "ahead" : "behind"], {months: inMonths(x)});
  let said;
  if (r.few) said = W.counted[r.few][0];
  else if (r.one) said = I.one;
  else if (!r.clear) {
    let both = `${end(low)} ${I.to} ${end(high)}`;
    if (r.low === null && r.high === null) both = I.unbounded;
    else if (r.low === null) both = `${I[high > 0 ? "at-most" : "at-least"]} ${end(high)}`;
    else if (r.high === null) both = `${I[low > 0 ? "at-least" : "at-most"]} ${end(low)}`;
    said = fill(I.unclear, {ends: both});
  } else {
    const [near, far] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
    said = far === Infinity ? fill(I.open, {near: fixed(near)})
      : fixed(near) === fixed(far) ? fill(I.ends, {size: nought(far) ? I.level : fixed(far)})
      : fill(I.clear, {near: fixed(near), far: fixed(far)});
  }
  let state = r.verdict;
  if (state === "no-clear-lead" && r.months === 0) state += "-level";
  else if (["no-clear-lead", "at-least"].includes(state) && r.ahead) state += "-ahead";
  const size = Number(fixed(r.months)), whole = Math.floor(size + 0.5);
  const about = size < 1 ? W.about[0] : fill(W.about[Math.min(whole, 2)], {months: whole});
  const both = `${state}/both`, how = eachLed && r.rule === "reached" && both in W.average;
  return fill(W.average[how ? both : `${state}/${r.rule}`], {
    to: W.months_to[r.window], day: told(toIso(r.as_of)), about, interval: said,
    size: r.verdict === "no-clear-lead" ? `${r.bound} ${fixed(r.months)}`.trimStart() : fixed(r.months),
  });
}
function dayOf(r, S) {
  const [leader, follower] = r.best;
  const ahead = r.leads ? 1 : 0, best = r.leads ? leader : follower, rival = r.leads ? follower : leader;
  const side = S[ahead], records = Array.from(side.col.subarray(0, side.n), k => r.point(k, ahead));
  const above = records.filter(m => m.rating < best.rating).at(-1);
  const below = records.find(m => m.rating >= best.rating);
  let state = below && below.from > best.from ? "overtaken" : "between";
  if (r.gap === 0) state = best.model === rival.model ? "shared" : "tie";
  else if (r.leads) state = "leads";
  else if (!above) state = "below-first";
  let held = 0;
  const smallest = r.matches.filter(each => { const take = held < D.level; held += each.probability; return take; });
  const shares = r.leads ? r.bestShares : [r.bestShares[1], r.bestShares[0]];
  return {state, best, rival, above, below, smallest, best_share: shares[0], rival_share: shares[1]};
}
const sure = p => p >= SURE ? 0 : p >= LIKELIER ? 1 : 2;
function aged(ages) {
  const A = W.aged, found = ages.map(d => even(d / DPM));
  if (found.length > 1 && Math.min(...found) > 1) {
    const words = Math.max(...found) <= 12;
    const said = [...new Set(found)].map(n => words ? A.words[n - 1] : String(n));
    return `${said.length > 1 ? "" : A.both}${said.join(A.and)} ${A.unit}${A.old}`;
  }
  const each = ages.map((d, i) => found[i] > 1 ? `${found[i] <= 12 ? A.words[found[i] - 1] : found[i]} ${A.unit}`
    : d === 1 || found[i] < 1 ? A.days[d] : A.one);
  if (new Set(each).size > 1) return each.join(A.and) + A.old + A.respectively;
  return `${each.length > 1 ? A.both : ""}${each[0]}${A.old}`;
}
function today(r, day) {
  const T = W.day, {state, best, rival, above, below} = day;
  const leads = state === "leads", subject = leads ? rival : best;
  const p = leads ? r.leading : r.matched, held = leads ? day.rival_share : day.best_share;
  const doubt = (share, stood) => Math.max(share, stood) < LIKELIER ? "" : T.adverbs[sure(share)];
  const adverb = doubt(held, p);
  const whose = leads || state === "overtaken" ? doubt(day.best_share, r.matched) : "";
  const other = leads ? 1 - r.leading : r.leading;
  const maybe = other <= MAY_LEAD ? "" : fill(leads ? T.not : T.maybe, {share: even(100 * other)});
  const between = [above, below].filter(Boolean), passed = state === "overtaken" ? [below] : between;
  const itself = ["between", "leads"].includes(state) && above && below && below.model === best.model;
  const text = fill(T.states[leads && !above ? "leads-first" : itself ? `${state}-itself` : state], {
    day: told(toIso(r.as_of)), best: whose + best.dated, rival: rival.dated, above: above && above.dated,
    below: below && below.dated, aged: ["shared", "tie"].includes(state) ? "" : aged(passed.map(m => r.as_of - m.from)),
    who: fill(T.who[adverb ? 1 : 0], {name: subject.name, adverb}), stood: T.stood[sure(r.matched)],
    leads: T.stood[sure(r.leading)], maybe,
  });
  const named = {shared: [best], tie: [best, rival], leads: [rival, best, above, below],
    overtaken: [best, below]}[state] ?? [best, above, below];
  const early = [...new Set(named.filter(m => m && m.few).map(m => m.name))];
  if (!early.length) return text;
  const names = [early.slice(0, -1).join(", "), early.at(-1)].filter(Boolean).join(W.aged.and);
  return text + fill(T.provisional[early.length > 1 ? 1 : 0], {names});
}
function dayFirst(r, day) {
  if (r.leading > MAY_LEAD || !["between", "below-first"].includes(day.state)) return true;
  if (r.few || r.one || r.low === null || r.high === null || r.rule !== "reached") return false;
  const away = day.smallest.map(each => each.months);
  return Math.max(...away) < r.low || Math.min(...away) > r.high;
}
function gapWords(r) {
  const G = W.gap, unit = nought(r.gap) ? "level" : r.gap > 0 ? "leader" : "follower", [low, high] = r.gapEnds;
  let said = r.few ? W.counted[r.few][2] : nought(low) && nought(high) ? G["none-interval"] : "";
  if (!said && low < 0 && high > 0) said = fill(G["mixed-interval"], {near: fixed(low), far: fixed(high)});
  if (!said) {
    const [near, far] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
    said = fill(G[low >= 0 ? "leader-interval" : "follower-interval"], {near: fixed(near), far: fixed(far)});
  }
  return fill(G.both, {gap: fill(G[unit], {size: fixed(r.gap)}), interval: said});
}
const percent = p => p >= 0.995 && p < 1 ? W.share[0] : p > 0 && p < 0.005 ? W.share[1] : `${even(100 * p)}%`;

function answer(asked) {
  const world = edited(asked), S = solve(asked, world), shared = share(asked, world);
  const mean = judge(result("average", asked, world, shared));
  const at = judge(result("current", asked, world, shared));
  const iso = toIso(world.as_of);
  for (const [entry, rating, absent] of D.untagged)
    if (absent < iso && shared.best.some(best => rating >= D.least[best.k]))
      refuse(W.refusals.untagged, {name: entry});
  const day = dayOf(mean, S), lines = [onAverage(mean), today(mean, day)];
  if (dayFirst(mean, day)) lines.reverse();
  const likely = at.matches.filter(each => each.probability >= LIKELY);
  const facts = [["average", brief(mean)], ["current", brief(at)], ...likely.map((each, n) => [
    n ? "or" : at.rule === "reached" ? "match" : "match of the day",
    fill(W.rows.match, {...each, date: vague(place.get(number.get(each.model)), world) ? each.date.slice(0, 7) : each.date,
      share: percent(each.probability), told: at.told(each.months)}),
  ]), ["gap", gapWords(at)]];
  const told2 = r => ({months: r.months, low: r.low, high: r.high, censored: r.censored || null});
  return {
    average: told2(mean), current: told2(at), gap: [shared.gap, ...shared.gapEnds], matches: shared.matches,
    lines: lines.map(printable), facts: facts.map(row => row.map(printable)), changed: changed(asked),
    chart: () => draw(S, mean, day, world, asked),
  };
}
// The chart: both step frontiers at posterior means, and the lag of the day as a bracket.
const NS = "http://www.w3.org/2000/svg";
function svg(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = printable(text);
  return made;
}
function draw(S, r, day, world, asked) {
  const narrow = box.clientWidth < 520, wide = narrow ? 360 : 720, high = narrow ? 300 : 380;
  const from = Math.min(r.as_of - asked.window * DPM, day.below ? day.below.from : r.as_of) - 90;
  const left = 44, right = 14, top = 26, bottom = high - 30;
  const level = Math.min(...S.map(side => side.run[side.n - 1]));
  const values = S.flatMap(side => [side.at(from), ...Array.from(side.run.subarray(0, side.n))
    .filter((_, i) => side.dates[i] > from)]).filter(Number.isFinite);
  const low = Math.min(...values) - 12, most = Math.max(...values) + 22;
  const x = when => left + (when - from) / (r.as_of - from) * (wide - left - right);
  const y = rating => bottom - (rating - low) / (most - low) * (bottom - top);
  const made = svg("svg", {viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": printable(today(r, day))});
  const step = [10, 20, 25, 50, 100, 200].find(size => (most - low) / size < 7) ?? 500;
  for (let tick = Math.ceil(low / step) * step; tick < most; tick += step) {
    made.append(svg("line", {class: "grid", x1: left, x2: wide - right, y1: y(tick), y2: y(tick)}));
    made.append(svg("text", {class: "tick", x: left - 6, y: y(tick) + 4, "text-anchor": "end"}, String(tick)));
  }
  const first = new Date(from * 864e5), span = (r.as_of - from) / DPM, every = span > 30 ? 12 : span > 14 ? 6 : 3;
  for (let m = 0; m <= span + 1; m++) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + m, 1), when = at / 864e5;
    if (new Date(at).getUTCMonth() % every || when < from || when > r.as_of) continue;
    const words = `${W.names_of_months[new Date(at).getUTCMonth()].slice(0, 3)} ${new Date(at).getUTCFullYear()}`;
    made.append(svg("line", {class: "grid", x1: x(when), x2: x(when), y1: bottom, y2: bottom + 5}));
    if (x(when) < wide - 34) made.append(svg("text", {class: "tick", x: x(when), y: bottom + 19, "text-anchor": "middle"}, words));
  }
  S.forEach((side, s) => {
    const css = SIDES[s];
    let path = "", was = side.at(from);
    if (Number.isFinite(was)) path = `M${x(from)} ${y(was)}`;
    for (let i = 0; i < side.n; i++) {
      if (side.dates[i] <= from) continue;
      path += path ? `H${x(side.dates[i])}V${y(side.run[i])}` : `M${x(side.dates[i])} ${y(side.run[i])}`;
    }
    made.append(svg("path", {class: css, d: `${path}H${x(r.as_of)}`}));
    for (let i = 0; i < side.n; i++) {
      if (side.dates[i] <= from) continue;
      const dot = svg("circle", {class: css, cx: x(side.dates[i]), cy: y(side.run[i]), r: 3.5});
      const point = r.point(side.col[i], s);
      dot.append(svg("title", {}, `${point.dated}: ${even(point.rating)}`));
      made.append(dot);
    }
    const name = `${D.nouns[s]}: ${r.best[s].name}`, up = s === (r.leads ? 1 : 0);
    const end = y(side.run[side.n - 1]), begins = r.as_of - 8 * name.length / (wide - left - right) * (r.as_of - from);
    // Its line rises: what lies under it where the name begins does so all along.
    const under = Math.max(end, y(Math.max(side.at(begins), low))) + 18;
    made.append(svg("text", {class: `name ${css}`, x: wide - right, y: up ? end - 9 : Math.min(under, bottom - 4), "text-anchor": "end"}, name));
  });
  if (day.below && day.below.from > from && day.below.from < r.as_of) {
    const a = x(day.below.from), b = x(r.as_of), at = y(level), size = inMonths((r.as_of - day.below.from) / DPM);
    made.append(svg("path", {class: "bracket", d: `M${a} ${at - 5}V${at + 5}M${a} ${at}H${b}M${b} ${at - 5}V${at + 5}`}));
    made.append(svg("text", {class: "size", x: (a + b) / 2, y: at - 7, "text-anchor": "middle"}, size));
  }
  return made;
}

// The form: what it shows is the question, and the question is the address.
const by = id => document.getElementById(id), form = by("ask"), box = by("chart");
const element = (name, text) => Object.assign(document.createElement(name), {textContent: text});
let asked = plain();
function fields() {
  by("as_of").value = asked.as_of || D.vintage;
  by("window").value = by("window-size").value = asked.window;
  for (const name of Object.keys(D.choices)) by(name).value = asked[name];
  const chips = [
    ...asked.without.map((name, n) => [without(name), () => asked.without.splice(n, 1)]),
    ...asked.moved.map((each, n) => [moved(each), () => asked.moved.splice(n, 1)]),
  ];
  by("edits").replaceChildren(...chips.map(([text, undo]) => {
    const item = element("li", ""), button = element("button", "Undo");
    button.type = "button";
    button.setAttribute("aria-label", `Undo: ${text}`);
    button.addEventListener("click", () => { undo(); asks(); form.querySelector("#leave").focus(); });
    item.append(element("span", text), button);
    return item;
  }));
}
function show() {
  fields();
  respond();
}
function respond() {
  let found = null;
  try { found = answer(asked); } catch (error) { if (!(error instanceof Refused)) throw error; refusal(error, asked); }
  by("address").textContent = location.href.split("#")[0] + "#" + fragment(asked, D.vintage);
  const sides = D.groups.join(" ") === D.usual.join(" ") ? "" : `--leader ${D.groups[0]} --follower ${D.groups[1]}`;
  by("command").textContent = [D.lag.replace(" lag", " ask"), sides, D.own, `"#${fragment(asked, D.vintage)}"`]
    .filter(Boolean).join(" ");
  by("refit").textContent = refit(asked);
  if (!found) return;
  state(true, true);
  by("line-1").textContent = found.lines[0];
  by("line-2").textContent = found.lines[1];
  by("changed").textContent = found.changed;
  by("brief").textContent = found.facts[0][1];
  by("facts").replaceChildren(...found.facts.map(([what, words]) => {
    const row = element("tr", ""), head = element("th", what);
    head.scope = "row";
    row.append(head, element("td", words));
    return row;
  }));
  box.replaceChildren(found.chart());
}
function state(answered, sendable) {
  for (const id of ["answered", "figures"]) by(id).hidden = !answered;
  by("refused").hidden = answered;
  by("send").hidden = !sendable;
}
function refusal(error, of) {
  state(false, of !== null);
  by("why").textContent = printable(error.message);
  by("brief").textContent = by("none").textContent;
  by("changed").textContent = of ? changed(of) : "";
}
function asks() {
  history.replaceState(null, "", `#${fragment(asked, D.vintage)}`);
  show();
}
function arrive() {
  try { asked = read(location.hash); show(); }
  catch (error) {
    if (!(error instanceof Refused)) throw error;
    asked = plain();
    fields();
    refusal(error, null);
  }
}
let waiting = 0;
const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(asks); };
by("as_of").addEventListener("change", event => {
  const value = event.target.value;
  asked.as_of = !value || value >= D.vintage ? "" : value;
  asks();
});
for (const id of ["window", "window-size"]) by(id).addEventListener("input", event => {
  const value = Number(event.target.value);
  if (!D.windows.includes(value)) return;
  asked.window = value;
  soon();
});
for (const name of Object.keys(D.choices))
  by(name).addEventListener("change", event => { asked[name] = event.target.value; asks(); });
by("leave").addEventListener("click", () => {
  const name = by("without").value;
  if (name && !asked.without.includes(name)) asked.without.push(name);
  by("without").value = "";
  asks();
});
by("which").addEventListener("change", event => {
  const m = number.get(event.target.value);
  if (m !== undefined) by("when").value = toIso(D.released[m]);
});
by("move").addEventListener("click", () => {
  const name = by("which").value, day = by("when").value;
  if (!number.has(name) || !/^20\d\d-\d\d-\d\d$/.test(day)) return;
  asked.moved = asked.moved.filter(each => each[0] !== name);
  if (toDay(day) !== D.released[number.get(name)]) asked.moved.push([name, day]);
  asks();
});
by("reset").addEventListener("click", () => { asked = plain(); asks(); });
form.addEventListener("submit", event => event.preventDefault());
addEventListener("hashchange", arrive);
addEventListener("resize", () => { if (!by("answered").hidden) respond(); });
form.hidden = false;
by("still").hidden = true;
for (const each of document.querySelectorAll(".scripted")) each.hidden = false;
globalThis.ask = text => {
  try { const {chart, ...rest} = answer(read(text)); return rest; }
  catch (error) { if (error instanceof Refused) return {refused: printable(error.message)}; throw error; }
};
arrive();
})();
