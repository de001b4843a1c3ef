// @ts-check
/**
 * What supporters and supervisors share: who they are, the socket of staff, the conversations on
 * their screen, and how one conversation is drawn. Which facts beyond a conversation matter is
 * left to each page.
 */
import { Connection, newRef, Positions } from "./connection.js";
import {
  ask,
  clockTime,
  DemoBanner,
  Dialog,
  Helplines,
  html,
  languageName,
  named,
  t,
  typed,
} from "./page.js";
import { batch, signal, useEffect, useRef, useState } from "../vendor/vendor.js";

/** @typedef {import("./protocol.d.ts").StaffFact} StaffFact */
/** @typedef {import("./protocol.d.ts").StaffCommand} StaffCommand */
/** @typedef {import("./protocol.d.ts").Flagged} Flagged */
/** @typedef {import("./protocol.d.ts").Opened} Opened */
/** @typedef {import("./connection.js").Frame} Frame */
/** @typedef {import("./connection.js").Link} Link */
/**
 * One thing in the log of a conversation; what is not yet accepted has the seq `UNSENT`.
 * @typedef {object} Entry
 * @property {"said" | "matched" | "joined" | "left" | "ended" | "unreadable"} kind
 * @property {number} seq
 * @property {number} at
 * @property {string} [by]
 * @property {string} [text]
 * @property {string} [author]
 * @property {string} [ref]
 * @property {boolean} [masked] whether contact details in it were hidden
 * @property {string} [reason]
 */
/** @typedef {{kind: "noted" | "whispered" | "unreadable", n: number, by: string, text: string, at: number}} Remark */
/**
 * @typedef {object} Conversation
 * @property {Opened} about
 * @property {Entry[]} log
 * @property {Record<number, Flagged>} flags
 * @property {Remark[]} remarks
 * @property {string[]} steps
 * @property {number} risk
 * @property {boolean} connected
 * @property {boolean} ended
 * @property {string} draft
 * @property {number} unread
 * @property {number} readTo
 * @property {number} typedAt
 */
/**
 * One column of a table; with a `value`, it can be sorted by.
 * @template Row
 * @typedef {{id: string, label: string, value?: (row: Row) => string | number, cell: (row: Row) => unknown}} Column
 */
/** @typedef {{account: string, name: string, role: string, must_change?: boolean,
 *   training?: {to: number, until: number} | null}} Person */

export const UNSENT = Number.MAX_SAFE_INTEGER;
export const ESCALATION_OUTCOMES = /** @type {const} */ ([
  "safe_for_now",
  "safety_plan",
  "emergency_services",
  "referred",
  "handed_to_team",
  "false_alarm",
  "lost_contact",
]);
const OUTCOMES = ["supported", "referred", "unfinished", "abusive", "test"];
const HAND_OVERS = ["shift_over", "not_a_fit", "too_heavy", "technical"];
const AMBER_S = 120;
const RED_S = 240;
const TYPING_EACH_MS = 3_000;
const TYPING_SHOWN_MS = 5_000;
const MARKS = ["calm", "amber", "red"];

/** @type {{value: Person | null}} */
export const me = signal(null);
/** @type {{value: import("./protocol.d.ts").Attending | null}} */
export const attending = signal(null);
/** @type {{value: Link}} */
export const link = signal("off");
export const closing = signal(0);
/** @type {{value: Map<string, Conversation>}} */
export const conversations = signal(new Map());
export const current = signal("");
/** The server's time, each second. */
export const now = signal(Date.now());
/** The last thing worth saying about what was done. */
export const notice = signal("");

/** @type {Map<string, Positions>} */
const positions = new Map();
/** @type {Map<string, {t: string, conversation: string, text: string}>} */
const unsettled = new Map();
/** @type {(fact: StaffFact) => void} */
let beyond = () => {};
/** What a page asks for on each new socket. */
let greet = () => {};
let toldTyping = 0;
/** Conversations that were asked for since it is not known whether they go on. @type {Set<string>} */
const lost = new Set();

const connection = new Connection({
  path: "/ws/staff",
  first,
  onFact: (fact) => batch(() => hear(/** @type {StaffFact} */ (fact))),
  onLink: (state, code) => {
    link.value = state;
    closing.value = code;
    if (state === "open") {
      greet();
      askForLost();
    }
    if (code === 4009) toLogIn();
  },
});

/** @returns {Promise<Frame | null>} */
async function first() {
  const { status, body } = await ask("/api/staff/admission", {});
  if (status === 401) toLogIn();
  if (status !== 200) throw new Error("no admission");
  return { t: "attend", admission: body.admission };
}

function toLogIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/**
 * Find out who this is, and attend.
 * @param {(fact: StaffFact) => void} hearBeyond hears what is not about a conversation
 * @param {() => void} [onOpen] what to ask for on each new socket
 */
export async function attend(hearBeyond, onOpen = () => {}) {
  beyond = hearBeyond;
  greet = onOpen;
  const { status, body } = await ask("/api/staff/me");
  if (status === 401 || body.must_change) return toLogIn();
  if (body.must_enrol) return location.assign(`/account?next=${encodeURIComponent(location.pathname)}`);
  me.value = body;
  setInterval(() => (now.value = connection.now()), 1_000);
  connection.start();
}

/** @param {StaffCommand} command */
export const tell = (command) => connection.send(command);

/**
 * Write something that must arrive: a line, a note or a whisper.
 * @param {"say" | "note" | "whisper"} kind
 * @param {string} id
 * @param {string} text
 */
function write(kind, id, text) {
  const ref = newRef();
  unsettled.set(ref, { t: kind, conversation: id, text });
  connection.keep({ t: kind, conversation: id, ref, text });
  if (kind === "say") {
    const by = conversations.value.get(id)?.about.part === "supporter" ? "supporter" : "supervisor";
    putEntry(id, { kind: "said", seq: UNSENT, at: 0, by, text, ref });
  }
}

/**
 * @param {string} id
 * @param {(old: Conversation) => Partial<Conversation>} change
 */
export function alter(id, change) {
  const old = conversations.value.get(id);
  if (old) conversations.value = new Map(conversations.value).set(id, { ...old, ...change(old) });
}

/**
 * @param {string} id
 * @param {Entry} entry
 */
function putEntry(id, entry) {
  alter(id, ({ log }) => ({
    log: [...log.filter((one) => !entry.ref || one.ref !== entry.ref), entry].sort((a, b) => a.seq - b.seq),
  }));
}

/** @param {StaffFact} fact */
function hear(fact) {
  switch (fact.t) {
    case "attending":
      attending.value = fact;
      return;
    case "opened":
      return open(fact);
    case "said":
    case "matched":
    case "joined":
    case "left":
    case "ended":
    case "unreadable":
      if (taken(fact.conversation, fact.seq)) enter(fact);
      return;
    case "flagged":
      return flag(fact);
    case "noted":
    case "whispered":
      return remark(fact.conversation, { ...fact, kind: fact.t });
    case "remark_unreadable":
      return remark(fact.conversation, { kind: "unreadable", n: fact.n, by: "", text: "", at: 0 });
    case "guided":
      return alter(fact.conversation, () => ({ steps: fact.steps }));
    case "presence":
      return alter(fact.conversation, () => ({ connected: fact.connected }));
    case "typing":
      return fact.by === "seeker" ? alter(fact.conversation, () => ({ typedAt: connection.now() })) : undefined;
    case "read":
      if (fact.by !== "seeker") return;
      return alter(fact.conversation, (old) => ({ readTo: Math.max(old.readTo, fact.seq) }));
    case "accepted":
      return accepted(fact);
    case "help_asked":
      notice.value = t("help-asked");
      return;
    case "closed":
      return close(fact);
    case "refused":
      refused(fact);
      return beyond(fact);
    default:
      beyond(fact);
  }
}

/**
 * @param {string} id
 * @param {number} seq
 */
function taken(id, seq) {
  const before = conversations.value.get(id);
  if (!before) return false;
  return positions.get(id)?.take(seq) ?? false;
}

/**
 * Ask for what this screen shows and the server does not open by itself after a lost connection:
 * it may be over meanwhile, or somebody else's.
 */
function askForLost() {
  const opened = new Set(attending.value?.open ?? []);
  for (const [id, { ended, about }] of conversations.value) {
    if (ended || opened.has(id)) continue;
    lost.add(id);
    tell(about.part === "watcher" ? { t: "watch", conversation: id } : { t: "resume", conversation: id });
  }
}

/** @param {string} id */
function askMissing(id) {
  const staffSince = Math.max(0, ...(conversations.value.get(id)?.remarks ?? []).map(({ n }) => n));
  tell({ t: "resume", conversation: id, since: positions.get(id)?.last ?? 0, staff_since: staffSince });
}

/** @param {Opened} fact */
function open(fact) {
  const id = fact.conversation;
  const old = conversations.value.get(id);
  lost.delete(id);
  positions.get(id)?.reset();
  positions.set(id, new Positions(() => askMissing(id)));
  const waiting = old?.log.filter(({ seq, ref }) => seq === UNSENT && ref && unsettled.has(ref)) ?? [];
  const made = {
    about: fact,
    log: waiting,
    flags: {},
    remarks: [],
    steps: old?.steps ?? [],
    risk: fact.risk,
    connected: fact.connected ?? true,
    ended: fact.phase === "ended",
    draft: old?.draft ?? "",
    unread: 0,
    readTo: old?.readTo ?? 0,
    typedAt: 0,
  };
  conversations.value = new Map(conversations.value).set(id, made);
  for (const entry of fact.backlog ?? []) hear(entry);
  for (const one of fact.staff ?? []) hear(one);
  alter(id, () => ({ unread: old?.unread ?? 0 }));
  if (!current.value || (!old && fact.part !== "supporter")) current.value = id;
}

/** @param {Extract<StaffFact, {t: "said" | "matched" | "joined" | "left" | "ended" | "unreadable"}>} fact */
function enter(fact) {
  const { t: kind, conversation: id, seq } = fact;
  if (fact.t === "unreadable") return putEntry(id, { kind: fact.t, seq, at: 0 });
  const { at } = fact;
  if (fact.t === "said") {
    const { by, text, author } = fact;
    const ref = fact.ref ?? undefined;
    if (ref) settle(ref);
    putEntry(id, { kind, seq, at, by, text, author, ref });
    if (by === "seeker") {
      const away = current.value !== id || document.hidden;
      alter(id, (old) => ({ unread: away ? old.unread + 1 : old.unread, typedAt: 0 }));
    }
    return;
  }
  const by = fact.t === "left" ? fact.by : fact.t === "matched" ? fact.supporter : "";
  const reason = fact.t === "left" || fact.t === "ended" ? fact.reason : "";
  const author = fact.t === "joined" ? fact.name : "";
  putEntry(id, { kind: fact.t, seq, at, by, reason, author });
  if (fact.t === "ended") alter(id, () => ({ ended: true, steps: [] }));
  if (fact.t === "left" && by === "seeker") alter(id, () => ({ connected: false }));
}

/** @param {Flagged} fact */
function flag(fact) {
  alter(fact.conversation, (old) => ({
    flags: { ...old.flags, [fact.seq]: fact },
    risk: fact.wrong ? old.risk : Math.max(old.risk, fact.risk),
  }));
}

/**
 * @param {string} id
 * @param {Remark} made
 */
function remark(id, made) {
  alter(id, ({ remarks }) => ({
    remarks: [...remarks.filter(({ n }) => n !== made.n), made].sort((a, b) => a.n - b.n),
  }));
}

/** @param {string} ref */
function settle(ref) {
  unsettled.delete(ref);
  connection.settle(ref);
}

/** @param {import("./protocol.d.ts").StaffAccepted} fact */
function accepted({ conversation: id, ref, seq, at, text }) {
  const written = unsettled.get(ref);
  settle(ref);
  if (!written) return;
  const by = me.value?.name ?? "";
  if (written.t !== "say") {
    const kind = written.t === "note" ? "noted" : "whispered";
    remark(id, { kind, n: seq, by, text: text ?? written.text, at });
  } else if (taken(id, seq)) {
    const part = conversations.value.get(id)?.about.part;
    const role = part === "supporter" ? "supporter" : "supervisor";
    const masked = text != null && text !== written.text;
    putEntry(id, { kind: "said", seq, at, by: role, text: text ?? written.text, author: by, ref, masked });
  }
}

/** @param {import("./protocol.d.ts").StaffRefused} fact */
function refused({ reason, ref, by, conversation }) {
  notice.value = named("refused", reason) + (by ? ` (${by})` : "");
  if (!ref) return conversation && lost.delete(conversation) ? forget(conversation) : undefined;
  const written = unsettled.get(ref);
  settle(ref);
  if (!written) return;
  alter(written.conversation, (old) => ({
    log: old.log.filter((one) => one.ref !== ref),
    draft: old.draft || written.text,
  }));
}

/** @param {import("./protocol.d.ts").Closed} fact */
function close({ conversation: id, reason }) {
  notice.value = t("closed-because", {
    name: conversations.value.get(id)?.about.name ?? "",
    why: named("closed", reason),
  });
  forget(id);
}

/** @param {string} id */
export function forget(id) {
  const left = new Map(conversations.value);
  left.delete(id);
  positions.get(id)?.reset();
  positions.delete(id);
  conversations.value = left;
  if (current.value === id) current.value = [...left.keys()][0] ?? "";
}

/**
 * Put one conversation in the middle.
 * @param {string} id
 */
export function look(id) {
  current.value = id;
  alter(id, () => ({ unread: 0 }));
}

/** @param {Conversation} one */
export const lastOfSeeker = (one) => one.log.findLast(({ kind, by }) => kind === "said" && by === "seeker");

/**
 * Whether the last word is the seeker's.
 * @param {Conversation} one
 */
export const waitsForMe = (one) =>
  !one.ended && one.log.findLast(({ kind }) => kind === "said")?.by === "seeker";

/** @param {number} seconds */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? t("seconds", { n: whole }) : t("minutes", { n: Math.floor(whole / 60) });
}

/**
 * How long ago something was, as colour, shape and words; calm, where nobody waits for an answer.
 * @param {{since: number, waits?: boolean}} parts
 */
export function Since({ since, waits = true }) {
  const seconds = (now.value - since) / 1000;
  const mark = MARKS[!waits ? 0 : seconds > RED_S ? 2 : seconds > AMBER_S ? 1 : 0];
  return html`<span class=${`since ${mark}`} data-test="since" data-mark=${mark}>
    ${t(`since-${mark}`, { span: span(seconds) })}</span>`;
}

/** @param {{risk: number}} parts */
export const Risk = ({ risk }) =>
  html`<span class=${`risk risk-${risk}`} data-test="risk" data-risk=${risk}>${t(`risk-${risk}`)}</span>`;

/**
 * A line with the words marked that raised its flag. Spans count code points.
 * @param {{text: string, flag?: Flagged}} parts
 */
function Marked({ text, flag: raised }) {
  if (!raised?.spans?.length || raised.wrong) return text;
  const points = Array.from(text);
  const pieces = [];
  let at = 0;
  for (const [start, end, category, rule, certainty] of [...raised.spans].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, at);
    if (end <= from) continue;
    pieces.push(points.slice(at, from).join(""));
    pieces.push(html`<mark data-test="flag" title=${why(category, rule, certainty)}>${points.slice(from, end).join("")}</mark>`);
    at = end;
  }
  return [...pieces, points.slice(at).join("")];
}

/**
 * Why words are marked: what kind of danger, how certain, and by which rule.
 * @param {string} category @param {string} [rule] @param {number} [certainty]
 */
const why = (category, rule = "", certainty = 2) =>
  t("flag-why", { category: named("category", category), certainty: t(`certainty-${certainty}`), rule });

/** @param {Flagged} raised */
const surest = ({ spans = [] }) => Math.max(0, ...spans.map((span) => span[4] ?? 2));

/** @param {{id: string, flag: Flagged}} parts */
const Flag = ({ id, flag: raised }) =>
  html`<p class="flag small" data-test="flagged" data-wrong=${raised.wrong ?? false}>
    <${Risk} risk=${raised.risk} />
    ${raised.categories.map((one) => named("category", one)).join(", ")}
    ${surest(raised) > 0 && html` <span data-test="certainty">(${t(`certainty-${surest(raised)}`)})</span>`}
    ${raised.tier === "model" && ` ${t("flag-model")}`}
    ${raised.tier === "unscreened" && ` ${t("flag-unscreened")}`}
    ${raised.wrong
      ? ` ${t("flag-is-wrong")}`
      : html` <button type="button" class="quiet slim" data-test="wrong-flag"
          onClick=${() => tell({ t: "wrong_flag", conversation: id, seq: raised.seq })}>${t("flag-wrong")}</button>`}
  </p>`;

/** @param {{one: Conversation, entry: Entry}} parts */
function Line({ one, entry }) {
  const { kind, seq, by, text, at, author, reason } = entry;
  if (kind !== "said") {
    const who = author || (kind === "matched" ? by : named("by", by ?? ""));
    return html`<li class="event" data-test=${kind}>
      ${t(`log-${kind}-staff`, { who: who ?? "", why: reason ? named(kind === "ended" ? "over" : kind, reason) : "" })}
      ${reason === "quick_exit" && html` <span data-test="left-quick-exit">${t("left-quick-exit")}</span>`}
    </li>`;
  }
  const raised = one.flags[seq];
  const mine = by !== "seeker";
  const state = seq === UNSENT ? "pending" : seq <= one.readTo ? "read" : "sent";
  return html`<li class=${mine ? "line mine" : "line"} data-test="line" data-by=${by} data-seq=${seq === UNSENT ? "" : seq}>
    <span class="small">${mine ? author || named("by", by ?? "") : one.about.name}</span>
    <p dir="auto"><${Marked} text=${text ?? ""} flag=${raised} /></p>
    <span class="small">${at ? html`<time>${clockTime(at)}</time> ` : ""}${mine && t(`line-${state}`)}</span>
    ${entry.masked && html`<span class="small" data-test="masked">${t("line-masked")}</span>`}
    ${raised && html`<${Flag} id=${one.about.conversation} flag=${raised} />`}
  </li>`;
}

/**
 * The middle of a page: what was said, and, for those who take part, where to write.
 * @param {{one: Conversation}} parts
 */
export function Talk({ one }) {
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  const id = one.about.conversation;
  const last = one.log.findLast(({ kind, by, seq }) => kind === "said" && by === "seeker" && seq < UNSENT)?.seq ?? 0;
  useEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
    if (one.unread && !document.hidden) alter(id, () => ({ unread: 0 }));
    if (last && one.about.part !== "watcher" && !document.hidden) tell({ t: "read", conversation: id, seq: last });
  }, [id, one.log.length, last]);
  const typing = now.value - one.typedAt < TYPING_SHOWN_MS;
  return html`<div class="talk">
    <div class="scroll" role="log" aria-live="polite" aria-label=${t("log")} tabindex="0" ref=${end} data-test="log">
      <ol class="log">${one.log.map((entry) => html`<${Line} key=${entry.ref ?? entry.seq} one=${one} entry=${entry} />`)}</ol>
    </div>
    <p class="typing" data-test="typing">
      ${one.ended ? "" : !one.connected ? t("seeker-away") : typing ? t("typing", { who: one.about.name }) : ""}
    </p>
    ${one.about.part !== "watcher" && !one.ended && html`<${Composer} key=${id} one=${one} />`}
  </div>`;
}

/** @param {{one: Conversation}} parts */
function Composer({ one }) {
  const id = one.about.conversation;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const send = () => {
    box.current?.focus();
    const text = one.draft.trim();
    if (!text) return;
    alter(id, () => ({ draft: "" }));
    write("say", id, text);
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const input = (/** @type {Event} */ event) => {
    alter(id, () => ({ draft: typed(event) }));
    if (Date.now() - toldTyping < TYPING_EACH_MS) return;
    toldTyping = Date.now();
    tell({ t: "typing", conversation: id });
  };
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), send())}>
    <textarea ref=${box} data-test="composer" rows="3" maxlength="4000" dir="auto" aria-label=${t("composer")}
      value=${one.draft} onInput=${input} onKeyDown=${key}></textarea>
    <button type="submit" data-test="send">${t("send")}</button>
  </form>`;
}

/**
 * Notes and whispers: staff alone see them.
 * @param {{one: Conversation, kind: "note" | "whisper"}} parts
 */
export function Remarks({ one, kind }) {
  const [text, setText] = useState("");
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim()) write(kind, one.about.conversation, text.trim());
    setText("");
  };
  return html`<section class="card" data-test="remarks">
    <h2>${t("remarks")}</h2>
    <ul class="plain" aria-live="polite">
      ${one.remarks.map((made) => html`<li key=${made.n} class=${made.kind} data-test=${made.kind}>
        <span class="small">${t(`remark-${made.kind}`, { who: made.by, time: clockTime(made.at) })}</span>
        <p dir="auto">${made.text}</p>
      </li>`)}
    </ul>
    <form onSubmit=${send}>
      <label class="field"><span>${t(`${kind}-label`)}</span>
        <textarea id=${kind} rows="2" maxlength="4000" dir="auto" data-test=${kind} value=${text}
          onInput=${(/** @type {Event} */ event) => setText(typed(event))}></textarea></label>
      <button type="submit" class="quiet" data-test=${`${kind}-send`}>${t(`${kind}-send`)}</button>
    </form>
  </section>`;
}

/** @param {{one: Conversation}} parts */
export const About = ({ one }) => {
  const { language, topics = [], mood, country, helplines = [], supporter } = one.about;
  return html`<section class="card" data-test="about">
    <h2>${one.about.name} <${Risk} risk=${one.risk} /></h2>
    <p class="small">
      ${languageName(language)}${topics.map((id) => `, ${named("topic", id)}`)}
      ${mood != null && html`<br />${t("about-mood", { mood })}`}
      ${supporter && html`<br />${t("about-supporter", { supporter })}`}
    </p>
    ${one.steps.length > 0 && html`<div data-test="steps" role="status"><h2>${t("steps")}</h2>
      <ol>${one.steps.map((id) => html`<li>${named("step", id)}</li>`)}</ol></div>`}
    <h2>${t("helplines-of", { country: country || "–" })}</h2>
    <${Helplines} list=${helplines} />
  </section>`;
};

/**
 * A choice of reasons before something is done.
 * @param {{title: string, about?: string, kind: string, ids: readonly string[], name: string,
 *   onPick: (id: any) => void, onClose: () => void}} parts
 */
export const Reasons = ({ title, about, kind, ids, name, onPick, onClose }) =>
  html`<${Dialog} title=${title} name=${`${name}-dialog`} onClose=${onClose}>
    ${about && html`<p>${about}</p>`}
    ${ids.map((id) => html`<button type="button" class="quiet" data-test=${`${name}-${id}`}
      onClick=${() => (onPick(id), onClose())}>${named(kind, id)}</button>`)}
  <//>`;

/** @param {{id: string, onClose: () => void}} parts */
export const EndDialog = ({ id, onClose }) =>
  html`<${Reasons} title=${t("end-title")} kind="outcome" ids=${OUTCOMES} name="outcome" onClose=${onClose}
    onPick=${(/** @type {any} */ outcome) => tell({ t: "end", conversation: id, outcome })} />`;

/** @param {{id: string, onClose: () => void}} parts */
export const HandOverDialog = ({ id, onClose }) =>
  html`<${Reasons} title=${t("hand-over-title")} about=${t("hand-over-about")} kind="handover" ids=${HAND_OVERS}
    name="hand-over" onClose=${onClose}
    onPick=${(/** @type {any} */ reason) => tell({ t: "hand_over", conversation: id, reason })} />`;

/**
 * The bar on top of a page of staff.
 * @param {{title: string, children?: unknown}} parts
 */
export function Bar({ title, children }) {
  const logOut = async () => {
    await ask("/api/staff/logout", {});
    toLogIn();
  };
  return html`<header class="bar">
    <h1>${title}</h1>
    ${children}
    <span class="grow"></span>
    <span class="small" data-test="me">${me.value?.name}</span>
    <span class=${`link ${link.value}`} role="status" data-test="link" data-link=${link.value}>${t(`link-${link.value}`)}</span>
    <a class="small" href="/account" data-test="account">${t("account-title")}</a>
    <button type="button" class="quiet" data-test="log-out" onClick=${logOut}>${t("log-out")}</button>
  </header>`;
}

/** What is to be known at once: nothing here is real; the socket is gone; what was just done. */
export const Notices = () => html`<div class="notices">
  <${DemoBanner} />
  <div role="status">
    ${link.value === "lost" && html`<p class="banner" data-test="reconnecting">${t("reconnecting-staff")}</p>`}
    ${link.value === "closed" && html`<p class="banner" data-test="disconnected">
      ${t(closing.value === 4008 ? "link-elsewhere" : "link-refused")}
      <button type="button" class="quiet slim" data-test="reload" onClick=${() => location.reload()}>${t("reload")}</button></p>`}
    <p class="small" data-test="notice">${notice.value}</p>
  </div>
</div>`;

/**
 * A table of rows that have an `id` or an `account`.
 * @param {{caption: string, name: string, rows: any[], empty: string, columns: Column<any>[]}} parts
 */
export function Table({ caption, name, rows, columns, empty }) {
  const [sort, setSort] = useState({ id: "", up: true });
  const value = columns.find(({ id }) => id === sort.id)?.value;
  const order = (/** @type {any} */ a, /** @type {any} */ b) => (a < b ? -1 : a > b ? 1 : 0) * (sort.up ? 1 : -1);
  const sorted = value ? [...rows].sort((a, b) => order(value(a), value(b))) : rows;
  const click = (/** @type {string} */ id) => setSort({ id, up: sort.id === id ? !sort.up : true });
  return html`<div class="wide" tabindex="0" role="region" aria-label=${caption}><table data-test=${name}>
    <caption>${caption}</caption>
    <thead><tr>
      ${columns.map(({ id, label, value: sortable }) => html`<th scope="col"
        aria-sort=${sort.id === id ? (sort.up ? "ascending" : "descending") : undefined}>
        ${sortable ? html`<button type="button" class="sort" onClick=${() => click(id)}>${label}<span aria-hidden="true">
          ${sort.id === id ? (sort.up ? " ▲" : " ▼") : ""}</span></button>` : label}
      </th>`)}
    </tr></thead>
    <tbody>
      ${sorted.map((row) => html`<tr key=${row.id ?? row.account} data-test=${`${name}-row`} data-id=${row.id ?? row.account}>
        ${columns.map(({ id, cell }, n) => (n ? html`<td class=${id === "do" ? "do" : undefined}>${cell(row)}</td>` : html`<th scope="row">${cell(row)}</th>`))}
      </tr>`)}
      ${rows.length === 0 && html`<tr><td colspan=${columns.length}>${empty}</td></tr>`}
    </tbody>
  </table></div>`;
}
