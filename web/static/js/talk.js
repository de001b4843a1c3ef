// @ts-check
/**
 * The seeker's talk: waiting in line, writing, and afterwards. It holds what is known of the
 * conversation, takes each fact into it, and draws it.
 */
import { Connection, newRef, Positions } from "./connection.js";
import {
  ask,
  clockTime,
  dayTime,
  Dialog,
  Helplines,
  html,
  info,
  languageName,
  named,
  t,
  Title,
  typed,
} from "./page.js";
import { Exit, Scale, Tools } from "./seeker.js";
import { batch, signal, useEffect, useRef, useState } from "../vendor/vendor.js";

/** @typedef {import("./connection.js").Frame} Frame */
/** @typedef {import("./protocol.d.ts").SeekerFact} SeekerFact */
/** @typedef {import("./protocol.d.ts").SeekerCommand} SeekerCommand */
/** @typedef {Extract<SeekerFact, {t: "said" | "matched" | "joined" | "left" | "ended" | "unreadable"}>} LogFact */
/** @typedef {import("./connection.js").Link} Link */
/**
 * One thing in the log. What has no seq yet stands at the end.
 * @typedef {object} Entry
 * @property {"said" | "matched" | "joined" | "left" | "helped" | "unreadable"} kind
 * @property {number} seq
 * @property {string} [by]
 * @property {string} [who] their name, as it was then
 * @property {boolean} [waits] whether the seeker waits again
 * @property {string} [text]
 * @property {number} [at]
 * @property {string} [ref]
 * @property {boolean} [masked] whether contact details in it were hidden
 * @property {string} [refused]
 * @property {import("./protocol.d.ts").Helpline[]} [helplines]
 */
/** @typedef {"room" | "after"} Screen */

/** Why somebody may not be let in, each with words of its own; others are said as one. */
const REFUSED = new Set(["too_many", "full", "closed", "work", "slowly", "paused", "blocked"]);
/**
 * What is said of each way in which the server closes for good; the talk's own ends are apart.
 * @type {Record<number, string>}
 */
const TROUBLES = {
  4001: "trouble-page",
  4002: "trouble-page",
  4003: "trouble-page",
  4004: "entry-unavailable",
  4008: "trouble-elsewhere",
  4014: "trouble-origin",
  4016: "entry-blocked",
};
const FULL = 4015;
const REPORTS = ["unkind", "sexual", "contact", "unsafe", "other"];
const TYPING_EACH_MS = 3_000;
const TYPING_SHOWN_MS = 5_000;
const RETRY_MS = 3_000;
const UNSENT = Number.MAX_SAFE_INTEGER;

/** @type {{value: Screen}} */
const screen = signal("room");
/** @type {{value: Link}} */
const link = signal("off");
/** Why it can't go on: an id of the words, or nothing. */
const trouble = signal("");
/** How long no new talk can begin from here. */
const until = signal(0);
/** With which code the server last closed. */
const closedBy = signal(0);
/** How much of the asked work is done, 0 to 1; null if there is none. */
const working = signal(/** @type {number | null} */ (null));
const notice = signal("");
const name = signal("");
const supporter = signal("");
const typing = signal("");
const readTo = signal(0);
const code = signal("");
const dialog = signal("");
const endedBy = signal("");
/** Until when staff keep a copy of what was erased; 0 if they don't. */
const heldUntil = signal(0);
const thanked = signal(false);
/** Whether all that was said is to be erased, and the server has not said yet that it is. */
const erasing = signal(false);
/** @type {{value: import("./protocol.d.ts").Waiting | null}} */
const place = signal(null);
/** @type {{value: Entry[]}} */
const log = signal([]);

let token = "";
/** @type {object} */
let answers = {};
let comingBackWith = "";
let toldRead = 0;
let toldTyping = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typingFades;

const positions = new Positions(() => connection.reopen());
const connection = new Connection({ path: "/ws/seeker", first, onFact: (fact) => hear(/** @type {SeekerFact} */ (fact)), onLink: linked });

/**
 * Make the first frame of a socket: a new conversation, or the same one again.
 * @returns {Promise<Frame | null>}
 */
async function first() {
  if (token) return { t: "resume", token, since: positions.last };
  if (comingBackWith) return { t: "come_back", code: comingBackWith };
  const { status, body } = await knock();
  if (status === 200) return { t: "enter", admission: body.admission, ...answers };
  if (status === 0 || body.error === "proof") throw new Error("not let in yet");
  until.value = body.until ?? 0;
  giveUp(REFUSED.has(body.error) ? `entry-${body.error.replace("_", "-")}` : "entry-unavailable");
  return null;
}

/** Ask to be let in; while too many come, do the work that is asked for, and ask again. */
async function knock() {
  const answer = await ask("/api/enter", {});
  if (!answer.body.challenge) return answer;
  working.value = 0;
  try {
    const { prove } = await import("./work.js");
    const proof = await prove(answer.body.challenge, answer.body.tries, (share) => (working.value = share));
    return proof ? await ask("/api/enter", { proof }) : { status: 403, body: { error: "work" } };
  } finally {
    working.value = null;
  }
}

/**
 * Go into the line with these answers, or back into a talk with a return code.
 * @param {string} code
 * @param {object} answered
 */
export function start(code, answered) {
  comingBackWith = code;
  answers = answered;
  connection.start();
}

/**
 * Tell the server that the person has left at once, and close the socket. What is on its way there
 * may go down with the page, a beacon doesn't.
 */
export function hangUp() {
  connection.send({ t: "leave", reason: "quick_exit" });
  connection.stop();
  const told = new Blob([JSON.stringify({ token })], { type: "application/json" });
  if (token) navigator.sendBeacon?.("/api/leave", told);
}

/** @param {string} why */
function giveUp(why) {
  connection.stop();
  link.value = "closed";
  trouble.value = why;
}

/**
 * @param {Link} state
 * @param {number} closing
 */
function linked(state, closing) {
  link.value = state;
  if (closing) closedBy.value = closing;
  if (state !== "closed" || (screen.value === "after" && !erasing.value)) return;
  if (closing === 4000) screen.value = "after";
  else if (closing === 4005 && erasing.value) erased();
  else if (closing === 4005) trouble.value = token ? "trouble-gone" : "trouble-code";
  else trouble.value = TROUBLES[closing] ?? "trouble-page";
}

/** @param {SeekerFact} fact */
function hear(fact) {
  batch(() => {
    switch (fact.t) {
      case "entered":
      case "resumed":
        return arrived(fact);
      case "waiting":
        place.value = fact;
        supporter.value = "";
        return;
      case "accepted":
        return accepted(fact);
      case "refused":
        return refused(fact);
      case "typing":
        typing.value = fact.by;
        clearTimeout(typingFades);
        typingFades = setTimeout(() => (typing.value = ""), TYPING_SHOWN_MS);
        return;
      case "read":
        readTo.value = Math.max(readTo.value, fact.seq);
        return;
      case "helped":
        return put({ kind: "helped", seq: positions.last + 0.5, helplines: fact.helplines });
      case "reported":
        notice.value = t("report-thanks");
        return;
      case "code_given":
        code.value = fact.code;
        return;
      case "erased":
        heldUntil.value = fact.held ?? 0;
        return erased();
      case "thanked":
        connection.settle("feedback");
        thanked.value = true;
        return;
      case "reset":
        positions.reset();
        log.value = log.value.filter((entry) => entry.seq === UNSENT);
        return;
      case "ponged":
        return;
      default:
        if (positions.take(fact.seq)) enterLog(fact);
    }
  });
}

/** Ask for all that was said to be erased. What was not sent yet is not sent any more. */
function erase() {
  for (const { ref, seq } of log.value) if (ref && seq === UNSENT) connection.settle(ref);
  connection.settle("leave");
  erasing.value = true;
  connection.keep({ t: "erase" }, "erase");
  dialog.value = "";
}

/** It is erased: nothing of it stays on this page either. */
function erased() {
  connection.settle("erase");
  erasing.value = false;
  log.value = [];
  positions.reset();
  code.value = typing.value = supporter.value = notice.value = dialog.value = "";
  endedBy.value = "erased";
  screen.value = "after";
}

/** @param {Extract<SeekerFact, {t: "entered" | "resumed"}>} fact */
function arrived(fact) {
  token = fact.token ?? token;
  comingBackWith = "";
  name.value = fact.name;
  trouble.value = "";
  if (fact.t === "resumed" && fact.phase === "ended") screen.value = "after";
  else if (screen.value !== "after") screen.value = "room";
}

/**
 * Take a numbered fact into the log.
 * @param {LogFact} fact
 */
function enterLog(fact) {
  const { seq } = fact;
  switch (fact.t) {
    case "unreadable":
      return put({ kind: "unreadable", seq });
    case "said":
      if (fact.ref) connection.settle(fact.ref);
      if (fact.by !== "seeker") typing.value = "";
      return put({ kind: "said", seq, by: fact.by, who: who(fact.by), text: fact.text, at: fact.at, ref: fact.ref ?? undefined });
    case "matched":
      supporter.value = fact.supporter;
      place.value = null;
      return put({ kind: "matched", seq, who: fact.supporter });
    case "joined":
      return put({ kind: "joined", seq });
    case "left":
      if (fact.by === "seeker") return;
      put({ kind: "left", seq, who: who(fact.by), waits: fact.by === "supporter" && fact.reason !== "taken_over" });
      if (fact.by === "supporter") supporter.value = "";
      return;
    case "ended":
      connection.settle("leave");
      endedBy.value = fact.reason;
      if (dialog.value !== "erase") dialog.value = "";
      screen.value = "after";
  }
}

/** @param {import("./protocol.d.ts").Accepted} fact */
function accepted({ ref, seq, at, text }) {
  connection.settle(ref);
  if (!positions.take(seq)) return;
  const mine = log.value.find((entry) => entry.ref === ref);
  const said = mine?.text ?? "";
  put({ kind: "said", seq, by: "seeker", at, ref, text: text ?? said, masked: text != null && text !== said });
}

/** @param {import("./protocol.d.ts").Refused} fact */
function refused({ ref, reason }) {
  if (reason === "code_unknown") return giveUp("trouble-code");
  const mine = log.value.find((entry) => entry.ref === ref);
  if (!ref || !mine) {
    notice.value = named("refused", reason);
  } else if (reason === "too_fast" || reason === "unavailable") {
    connection.slowDown(RETRY_MS);
  } else {
    connection.settle(ref);
    put({ ...mine, refused: reason });
  }
}

/** @param {string} by */
const who = (by) => (by === "supporter" && supporter.value) || t("team");

/**
 * Put an entry in its place; one with the same ref or seq gives way to it.
 * @param {Entry} entry
 */
function put(entry) {
  const others = log.value.filter(
    (one) => (entry.ref ? one.ref !== entry.ref : true) && (one.seq !== entry.seq || entry.seq === UNSENT),
  );
  log.value = [...others, entry].sort((a, b) => a.seq - b.seq);
}

/** @param {string} text */
function say(text) {
  const ref = newRef();
  put({ kind: "said", seq: UNSENT, by: "seeker", ref, text });
  connection.keep({ t: "say", ref, text });
}

/** @param {Entry} entry */
function sayAgain(entry) {
  log.value = log.value.filter((one) => one !== entry);
  say(entry.text ?? "");
}

function tellTyping() {
  if (Date.now() - toldTyping < TYPING_EACH_MS) return;
  toldTyping = Date.now();
  connection.send({ t: "typing" });
}

function tellRead() {
  const theirs = log.value.findLast(({ kind, by, seq }) => kind === "said" && by !== "seeker" && seq < UNSENT);
  if (!theirs || theirs.seq <= toldRead || document.hidden) return;
  if (connection.send({ t: "read", seq: theirs.seq })) toldRead = theirs.seq;
}

/** The screen of the moment. */
export const Talk = () => html`<${LinkBanner} /><${screen.value === "after" ? After : Room} />`;

function Room() {
  useEffect(tellRead, [log.value, link.value]);
  useEffect(() => {
    document.addEventListener("visibilitychange", tellRead);
    return () => document.removeEventListener("visibilitychange", tellRead);
  }, []);
  if (trouble.value) return html`<${Trouble} />`;
  if (working.value !== null) return html`<${Work} />`;
  const waiting = !supporter.value;
  return html`<section class="room" data-test=${waiting ? "waiting" : "talk"}>
    ${waiting ? html`<${Waiting} />` : html`<${Title} key="talk">${t("talk-title", { supporter: supporter.value })}<//>`}
    ${name.value && html`<p class="small" data-test="name">${t("your-name", { name: name.value })}</p>`}
    <${Log} />
    <p class="typing" data-test="typing" aria-live="polite">${typing.value && t("typing", { who: who(typing.value) })}</p>
    <p class="small" role="status" data-test="notice">${notice.value}</p>
    <${Composer} />
    <div class="row">
      <button type="button" class="quiet" data-test="report" onClick=${() => (dialog.value = "report")}>${t("report")}</button>
      <button type="button" class="quiet" data-test="leave" onClick=${() => (dialog.value = "leave")}>${t("leave")}</button>
      <${EraseButton} />
    </div>
    <${ReturnCode} />
    ${waiting && html`<${Tools} />`}
    ${dialog.value === "leave" && html`<${LeaveDialog} />`}
    ${dialog.value === "erase" && html`<${EraseDialog} />`}
    ${dialog.value === "report" && html`<${ReportDialog} />`}
  </section>`;
}

/** While the device works, since too many come at once. */
function Work() {
  return html`<section data-test="work">
    <${Title}>${t("work-title")}<//>
    <p role="status">${t("work-about")}</p>
    <progress max="1" value=${working.value} aria-label=${t("work-done")}></progress>
    <${Others} />
  </section>`;
}

/** Who else can help, while we can't. */
function Others() {
  const { country } = /** @type {{country?: string | null}} */ (answers);
  const place = info.value.helplines[country ?? info.value.country] ?? info.value.helplines["ZZ"];
  return html`${place?.emergency && html`<p>${t("help-emergency", { number: place.emergency })}</p>`}
    <p>${t("others-help")}</p>
    <${Helplines} list=${place?.helplines ?? []} />`;
}

function Waiting() {
  const told = place.value;
  const tongues = told?.languages ?? [];
  const fit = told?.fit ?? "ok";
  const widen = (/** @type {string} */ id) => {
    connection.send({ t: "widen", languages: [id] });
    notice.value = t("widened", { language: languageName(id) });
  };
  return html`<div class="card" data-test="waiting-card">
    <${Title} key="waiting">${t("waiting-title")}<//>
    <div role="status">
      ${told ? html`<p class="lead" data-test="place">${t("place", { n: told.place })}</p>` : html`<p>${t("connecting")}</p>`}
      ${told && fit === "ok" && html`<p data-test="range">${range(told)}</p>`}
      ${fit !== "ok" && html`<p data-test=${`fit-${fit}`}>${t(`fit-${fit.replace("_", "-")}`)}</p>`}
    </div>
    ${fit === "no_language" && tongues.map((/** @type {string} */ id) => html`<button type="button" class="quiet"
      data-test=${`widen-${id}`} onClick=${() => widen(id)}>${t("widen", { language: languageName(id) })}</button>`)}
    <p>${t("waiting-write")}</p>
  </div>`;
}

/** @param {import("./protocol.d.ts").Waiting} told */
function range({ low, high }) {
  if (low == null || high == null) return t("range-unknown");
  const from = Math.floor(low / 60);
  const to = Math.max(1, Math.ceil(high / 60));
  return from < 1 ? t("range-up-to", { high: to }) : t("range", { low: from, high: to });
}

function Log() {
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  const count = log.value.length;
  useEffect(() => {
    const last = log.value[count - 1];
    const reads = document.documentElement.scrollHeight - innerHeight - scrollY > innerHeight;
    if (last && (last.by === "seeker" || !reads)) end.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [count]);
  return html`<div role="log" aria-live="polite" aria-label=${t("log")} tabindex="0" data-test="log">
    <ol class="log" ref=${end}>
      ${log.value.map((entry) => html`<${Line} key=${entry.ref ?? entry.seq} entry=${entry} />`)}
    </ol>
  </div>`;
}

/** @param {{entry: Entry}} parts */
function Line({ entry }) {
  const { kind, by, who: author = "", text, at, seq, refused: why } = entry;
  if (kind === "helped") {
    return html`<li class="card" data-test="helped"><p>${t("helped")}</p><${Helplines} list=${entry.helplines ?? []} /></li>`;
  }
  if (kind !== "said") {
    const words = t(entry.waits ? "log-left-waits" : `log-${kind}`, { who: author });
    return html`<li class="event" data-test=${kind}>${words}</li>`;
  }
  const state = why ? "refused" : seq === UNSENT ? "pending" : seq <= readTo.value ? "read" : "sent";
  const mine = by === "seeker";
  return html`<li class=${mine ? "line mine" : "line"} data-test="line" data-by=${by} data-state=${mine ? state : "heard"}>
    <span class="small" dir="auto">${mine ? t("you") : author}</span>
    <p dir="auto">${text}</p>
    <span class="small">
      ${at && html`<time>${clockTime(at)}</time> `}${mine && t(`line-${state}`)} ${why && named("refused", why)}
    </span>
    ${entry.masked && html`<span class="small" data-test="masked">${t("line-masked")}</span>`}
    ${why && why !== "abusive" && html`<button type="button" class="quiet" data-test="again" onClick=${() => sayAgain(entry)}>${t("line-again")}</button>`}
  </li>`;
}

function Composer() {
  const [text, setText] = useState("");
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const send = () => {
    box.current?.focus();
    if (!text.trim()) return;
    say(text.trim());
    setText("");
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
    event.preventDefault();
    send();
  };
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), send())}>
    <textarea ref=${box} data-test="composer" rows="2" maxlength="4000" dir="auto" aria-label=${t("composer")} placeholder=${t("composer")}
      value=${text} onKeyDown=${key}
      onInput=${(/** @type {Event} */ event) => (setText(typed(event)), tellTyping())}></textarea>
    <button type="submit" data-test="send">${t("send")}</button>
  </form>`;
}

const ReturnCode = () =>
  html`<div class="card">
    <p>${t("code-about")}</p>
    ${code.value
      ? html`<p class="lead" data-test="code-given">${code.value}</p>`
      : html`<button type="button" class="quiet" data-test="request-code"
          onClick=${() => connection.send({ t: "request_code" })}>${t("code-get")}</button>`}
  </div>`;

const shut = () => (dialog.value = "");

function LeaveDialog() {
  const leave = (/** @type {string} */ reason) => {
    connection.keep({ t: "leave", reason }, "leave");
    shut();
    screen.value = "after";
  };
  return html`<${Dialog} title=${t("leave-title")} name="leave-dialog" back=${t("leave-stay")} onClose=${shut}>
    <p>${t("leave-fine")}</p>
    ${["done", "not_now", "uncomfortable"].map((reason) => html`<button type="button" class="quiet"
      data-test=${`leave-${reason}`} onClick=${() => leave(reason)}>${named("leave", reason)}</button>`)}
    <${Exit} />
  <//>`;
}

const EraseButton = () =>
  erasing.value
    ? html`<p role="status" data-test="erasing">${t("erasing")}</p>`
    : html`<button type="button" class="quiet" data-test="erase" onClick=${() => (dialog.value = "erase")}>${t("erase")}</button>`;

const EraseDialog = () =>
  html`<${Dialog} title=${t("erase-title")} name="erase-dialog" back=${t("erase-keep")} onClose=${shut}>
    <p>${t("erase-about")}</p>
    <p>${t("erase-stays")}</p>
    <button type="button" data-test="erase-sure" onClick=${erase}>${t("erase-sure")}</button>
    <${Exit} />
  <//>`;

function ReportDialog() {
  const report = (/** @type {string} */ reason) => {
    connection.send({ t: "report", reason });
    shut();
  };
  return html`<${Dialog} title=${t("report-title")} name="report-dialog" onClose=${shut}>
    <p>${t("report-about")}</p>
    ${REPORTS.map((reason) => html`<button type="button" class="quiet" data-test=${`report-${reason}`}
      onClick=${() => report(reason)}>${named("report", reason)}</button>`)}
    <${Exit} />
  <//>`;
}

const Trouble = () =>
  html`<section data-test="trouble">
    <${Title}>${t("trouble-title")}<//>
    <p data-test=${trouble.value}>${t(trouble.value, { until: dayTime(until.value) })} <span dir="auto">${trouble.value === "entry-closed" ? info.value.hours : ""}</span></p>
    <${Others} />
    <div class="row">
      <button type="button" data-test="retry" onClick=${startOver}>${t("start-over")}</button>
    </div>
    <${Tools} />
  </section>`;

function startOver() {
  location.reload();
}

/** Afterwards: the next step, and a way to erase what was said, for as long as it is kept. */
const After = () => html`<${Steps} />
  ${endedBy.value !== "erased" && html`<div class="card" data-test="after-erase"><${EraseButton} /></div>`}
  ${dialog.value === "erase" && html`<${EraseDialog} />`}`;

/** How it is now, whether it helped, one next step. Each can be passed over. */
function Steps() {
  const [step, setStep] = useState("mood");
  const [mood, setMood] = useState(/** @type {number | null} */ (null));
  const finish = (/** @type {string | null} */ helped) => {
    if (mood !== null || helped) connection.keep({ t: "feedback", mood, helped }, "feedback");
    setStep("next");
  };
  if (step === "mood") {
    return html`<section key="mood" data-test="after-mood">
      <${Title}><span id="question">${t("after-mood")}</span><//>
      ${endedBy.value === "erased" && heldUntil.value > 0
        ? html`<p data-test="held">${t("erased-held", { until: dayTime(heldUntil.value) })}</p>`
        : html`<p data-test="ended">${named("ended", endedBy.value || "left")}</p>`}
      <p>${t("ask-mood-hint")}</p>
      <${Scale} value=${mood} name="feedback-mood" onPick=${setMood} />
      <div class="row">
        <button type="button" data-test="next" onClick=${() => setStep("helped")}>${t("next")}</button>
        <button type="button" class="quiet" data-test="skip" onClick=${() => (setMood(null), setStep("helped"))}>${t("skip")}</button>
      </div>
    </section>`;
  }
  if (step === "helped") {
    return html`<section key="helped" data-test="after-helped">
      <${Title}>${t("after-helped")}<//>
      <div class="row">
        ${["yes", "a_bit", "no"].map((id) => html`<button type="button" class="quiet" data-test=${`feedback-${id}`}
          onClick=${() => finish(id)}>${named("feedback", id)}</button>`)}
        <button type="button" class="quiet" data-test="skip" onClick=${() => finish(null)}>${t("skip")}</button>
      </div>
    </section>`;
  }
  return html`<section key="next" data-test="after-next">
    <${Title}>${t("after-next-title")}<//>
    ${thanked.value && html`<p role="status" data-test="thanked">${t("after-thanks")}</p>`}
    <p class="lead">${t("after-next")}</p>
    <p>${t("after-back")}</p>
    <button type="button" class="quiet" data-test="start-over" onClick=${startOver}>${t("start-over")}</button>
    <${Tools} />
  </section>`;
}

/** Says in words what the connection does; empty while all is well. */
function LinkBanner() {
  const lost = link.value === "lost" && screen.value === "room" && !trouble.value;
  return html`<div role="status" class="link-state">
    ${lost && html`<p class="banner" data-test="reconnecting">${t(token ? "reconnecting" : closedBy.value === FULL ? "reconnecting-full" : "reconnecting-new")}</p>`}
  </div>`;
}

