// @ts-check
/** The supervisor's page: lights, escalations, live conversations, the queue, and the roster. */
import { Cases, HoldDialog } from "./cases.js";
import {
  About,
  attend,
  Bar,
  conversations,
  current,
  EndDialog,
  ESCALATION_OUTCOMES,
  forget,
  HandOverDialog,
  look,
  me,
  Notices,
  now,
  Remarks,
  Risk,
  Since,
  span,
  Table,
  Talk,
  tell,
} from "./desk.js";
import { Choose, clockTime, dayTime, Dialog, html, languageName, named, show, t, typed } from "./page.js";
import { StepUp } from "./proof.js";
import { Audit, Roster } from "./roster.js";
import { effect, signal, useState } from "../vendor/vendor.js";

/** @typedef {import("./protocol.d.ts").StaffFact} StaffFact */
/** @typedef {import("./protocol.d.ts").EscalationRow} EscalationRow */
/** @typedef {import("./protocol.d.ts").ConversationRow} ConversationRow */
/** @typedef {import("./protocol.d.ts").TicketRow} TicketRow */
/** @typedef {import("./protocol.d.ts").SupporterRow} SupporterRow */
/** @typedef {import("./protocol.d.ts").BlockRow} BlockRow */
/** @typedef {import("./protocol.d.ts").ProposalRow} ProposalRow */
/** @typedef {import("./protocol.d.ts").RaidState} RaidState */
/**
 * @template Row
 * @typedef {import("./desk.js").Column<Row>} Column
 */
/**
 * @typedef {object} Board
 * @property {import("./protocol.d.ts").Lights | null} lights
 * @property {TicketRow[]} waiting
 * @property {ConversationRow[]} conversations
 * @property {SupporterRow[]} supporters
 * @property {EscalationRow[]} escalations
 * @property {BlockRow[]} blocks
 * @property {ProposalRow[]} proposals
 * @property {RaidState} raid
 */

const BLOCKS = ["abuse", "sexual", "threat", "spam", "other"];
const GRADES = /** @type {const} */ (["slowed", "paused", "closed"]);
/** How long a block of each grade may hold, in hours; the server allows no more than the last. */
const HOURS = { slowed: [1, 6, 24], paused: [1, 6, 24, 72], closed: [24, 72, 168, 720] };
const RAID_MINUTES = [15, 30, 60, 120, 240];
const TABS = ["board", "cases", "roster", "audit"];
const COUNTS = /** @type {const} */ ([
  "waiting",
  "waiting_long",
  "conversations",
  "supporters",
  "on_break",
  "supervisors",
  "escalations",
  "high_risk",
  "gave_up_today",
]);
/** Lights that are red above zero. */
const ALARMS = new Set(["waiting_long", "escalations", "high_risk"]);

/** @type {{value: Board}} */
const board = signal({ lights: null, waiting: [], conversations: [], supporters: [], escalations: [], blocks: [], proposals: [], raid: {} });
const tab = signal("board");
/** @type {{value: {name: string, id: string} | null}} */
const dialog = signal(null);

/** @param {StaffFact} fact */
function hear(fact) {
  switch (fact.t) {
    case "board":
      board.value = {
        lights: fact.lights,
        waiting: fact.waiting ?? [],
        conversations: fact.conversations ?? [],
        supporters: fact.supporters ?? [],
        escalations: fact.escalations ?? [],
        blocks: fact.blocks ?? [],
        proposals: fact.proposals ?? [],
        raid: fact.raid ?? {},
      };
      return;
    case "board_changed":
      return change(fact);
    case "escalated":
      return raise(fact.escalation);
    case "acknowledged":
      return alterEscalation(fact.escalation, { state: "acknowledged", by: fact.by, acknowledged: fact.at });
    case "lifted":
      board.value = { ...board.value, blocks: board.value.blocks.filter(({ id }) => id !== fact.conversation) };
      return;
    case "raid_set":
      board.value = { ...board.value, raid: { until: fact.until ?? null, by: me.value?.name ?? "" } };
      return;
    case "resolved":
      board.value = {
        ...board.value,
        escalations: board.value.escalations.filter(({ id }) => id !== fact.escalation),
      };
  }
}

/** @param {import("./protocol.d.ts").BoardChanged} fact */
function change(fact) {
  const gone = new Set(fact.gone);
  /**
   * @template {{id: string}} Row
   * @param {string} section
   * @param {Row[]} old
   * @param {Row[]} [rows]
   */
  const merge = (section, old, rows = []) => {
    const left = old.filter(({ id }) => !gone.has(`${section}:${id}`));
    const merged = new Map(left.map((row) => [row.id, row]));
    for (const row of rows) merged.set(row.id, row);
    return [...merged.values()];
  };
  board.value = {
    lights: fact.lights,
    waiting: merge("waiting", board.value.waiting, fact.waiting),
    conversations: merge("conversations", board.value.conversations, fact.conversations),
    supporters: merge("supporters", board.value.supporters, fact.supporters),
    escalations: merge("escalations", board.value.escalations, fact.escalations),
    blocks: merge("blocks", board.value.blocks, fact.blocks),
    proposals: merge("proposals", board.value.proposals, fact.proposals),
    raid: fact.raid ?? {},
  };
}

/** @param {EscalationRow} row */
function raise(row) {
  const others = board.value.escalations.filter(({ id }) => id !== row.id);
  board.value = { ...board.value, escalations: [...others, row] };
}

/**
 * @param {string} id
 * @param {Partial<EscalationRow>} part
 */
function alterEscalation(id, part) {
  const escalations = board.value.escalations.map((row) => (row.id === id ? { ...row, ...part } : row));
  board.value = { ...board.value, escalations };
}

/**
 * @param {string} name
 * @param {string} id
 */
const question = (name, id) => (dialog.value = { name, id });
const shut = () => (dialog.value = null);

/** @param {number} since */
const ago = (since) => span((now.value - since) / 1000);

function Lights() {
  const lights = board.value.lights;
  if (!lights) return html`<p role="status">${t("board-coming")}</p>`;
  const { unscreened = 0, waiting = 0, oldest = 0 } = lights;
  return html`<div role="alert">${unscreened > 0 && html`<p class="alarm" data-test="light-unscreened">
      ${t("light-unscreened", { n: unscreened })}</p>`}</div>
    <ul class="lights" aria-label=${t("lights")} data-test="lights">
    ${COUNTS.map((id) => html`<li class=${ALARMS.has(id) && (lights[id] ?? 0) > 0 ? "alarm" : ""} data-test=${`light-${id}`}>
      <strong>${lights[id] ?? 0}</strong> ${named("light", id)}
      ${id === "waiting" && waiting > 0 && html` <span class="small">${t("light-oldest", { span: span(oldest) })}</span>`}
    </li>`)}
  </ul>`;
}

/** What is open and unclaimed, said aloud; each time it is raised again it is said anew, louder. */
function Alarm() {
  const open = board.value.escalations.filter(({ state = "open" }) => state === "open");
  const loudest = Math.max(0, ...open.map(({ loudness = 0 }) => loudness));
  return html`<div role="alert">
    ${open.length > 0 && html`<p key=${`${open.length}-${loudest}`} class=${`alarm loud-${Math.min(3, loudest)}`} data-test="alarm" data-loudness=${loudest}>
      ${t(loudest ? "alarm-again" : "alarm", { n: open.length, times: loudest + 1 })}</p>`}
  </div>`;
}

function Escalations() {
  /** @param {EscalationRow} row */
  const actions = (row) => html`<div class="row">
    ${row.state !== "acknowledged" && html`<button type="button" class="slim" data-test="acknowledge"
      onClick=${() => tell({ t: "acknowledge", escalation: row.id })}>${t("acknowledge")}</button>`}
    ${row.state === "acknowledged" && html`<button type="button" class="slim" data-test="resolve"
      onClick=${() => question("resolve", row.id)}>${t("resolve")}</button>`}
    <button type="button" class="quiet slim" data-test="watch" onClick=${() => tell({ t: "watch", conversation: row.conversation })}>${t("watch")}</button>
    <button type="button" class="quiet slim" data-test="hold" onClick=${() => question("hold", row.conversation)}>${t("hold")}</button>
  </div>`;
  /** @type {Column<EscalationRow>[]} */
  const columns = [
    { id: "name", label: t("col-name"), value: (row) => row.name, cell: (row) => row.name },
    { id: "risk", label: t("col-level"), value: (row) => row.risk, cell: (row) => html`<${Risk} risk=${row.risk} />` },
    { id: "raised", label: t("col-timer"), value: (row) => row.raised, cell: (row) => html`<${Since} since=${row.raised} />` },
    { id: "excerpt", label: t("col-words"), cell: (row) => html`<span dir="auto">${cause(row)}</span>` },
    { id: "by", label: t("col-claimed"), value: (row) => row.by ?? "", cell: (row) => row.by ? t("claimed-by", { who: row.by }) : t("claimed-none") },
    { id: "do", label: t("col-do"), cell: actions },
  ];
  const urgent = (/** @type {EscalationRow} */ row) => (row.state === "acknowledged" ? 0 : 100) + row.risk * 10 + (row.loudness ?? 0);
  const rows = [...board.value.escalations].sort((a, b) => urgent(b) - urgent(a) || a.raised - b.raised);
  return html`<${Table} caption=${t("escalations")} name="escalation" rows=${rows} empty=${t("escalations-none")}
    columns=${columns} />`;
}

/** @param {EscalationRow} row */
const cause = (row) =>
  row.cause === "line" ? (row.excerpt ?? "") : t(`cause-${row.cause}`, { reason: named(row.cause, row.reason ?? "") });

function Live() {
  /** @param {ConversationRow} row */
  const actions = (row) => html`<button type="button" class="quiet slim" data-test="watch"
    onClick=${() => (tell({ t: "watch", conversation: row.id }), look(row.id))}>${t("watch")}</button>`;
  /** @type {Column<ConversationRow>[]} */
  const columns = [
    { id: "name", label: t("col-name"), value: (row) => row.name, cell: (row) => row.name },
    { id: "supporter", label: t("col-supporter"), value: (row) => row.supporter, cell: (row) => row.supporter },
    { id: "risk", label: t("col-level"), value: (row) => row.risk, cell: (row) => html`<${Risk} risk=${row.risk} />` },
    { id: "language", label: t("col-language"), value: (row) => row.language, cell: (row) => languageName(row.language) },
    { id: "since", label: t("col-length"), value: (row) => row.since, cell: (row) => ago(row.since) },
    { id: "lines", label: t("col-lines"), value: (row) => row.lines ?? 0, cell: (row) => row.lines ?? 0 },
    { id: "connected", label: t("col-seeker"), cell: (row) => t(row.connected ?? true ? "is-connected" : "is-away") },
    { id: "do", label: t("col-do"), cell: actions },
  ];
  return html`<${Table} caption=${t("live")} name="live" rows=${board.value.conversations} empty=${t("live-none")}
    columns=${columns} />`;
}

function Queue() {
  /** @type {Column<TicketRow>[]} */
  const columns = [
    { id: "name", label: t("col-name"), value: (row) => row.name, cell: (row) => row.name },
    { id: "since", label: t("col-waits"), value: (row) => row.since, cell: (row) => ago(row.since) },
    { id: "risk", label: t("col-level"), value: (row) => row.risk, cell: (row) => html`<${Risk} risk=${row.risk} />` },
    { id: "language", label: t("col-language"), value: (row) => row.language, cell: (row) => languageName(row.language) },
    { id: "topics", label: t("col-topics"), cell: (row) => (row.topics ?? []).map((id) => named("topic", id)).join(", ") },
    { id: "state", label: t("col-state"), value: (row) => row.state, cell: (row) => named("ticket", row.state) },
    { id: "declines", label: t("col-declines"), value: (row) => row.declines ?? 0, cell: (row) => row.declines ?? 0 },
  ];
  return html`<${Table} caption=${t("queue")} name="queue" rows=${board.value.waiting} empty=${t("queue-none")}
    columns=${columns} />`;
}

function OnDuty() {
  /** @type {Column<SupporterRow>[]} */
  const columns = [
    { id: "name", label: t("col-name"), value: (row) => row.name, cell: (row) => row.name },
    { id: "state", label: t("col-state"), value: (row) => row.state, cell: (row) => named("availability", row.state) },
    { id: "load", label: t("col-load"), value: (row) => row.load, cell: (row) => t("load", { load: row.load, capacity: row.capacity }) },
    { id: "languages", label: t("col-languages"), cell: (row) => (row.languages ?? []).map(languageName).join(", ") },
  ];
  return html`<${Table} caption=${t("on-duty")} name="on-duty" rows=${board.value.supporters} empty=${t("on-duty-none")}
    columns=${columns} />`;
}

/** The conversation that is read along, with what may be done in it. */
function Watched() {
  const id = current.value;
  const one = conversations.value.get(id);
  if (!one) return null;
  const part = one.about.part;
  const open = [...conversations.value].map(([key, { about }]) => [key, about.name]);
  return html`<section class="watched" data-test="watched" data-part=${part} aria-labelledby="watched-title">
    <div class="middle">
      <h2 id="watched-title">${t(`part-${part}`, { name: one.about.name })}</h2>
      ${open.length > 1 && html`<${Choose} label=${t("watched-others")} name="watched-pick" value=${id} options=${open} onPick=${look} />`}
      <${Talk} one=${one} />
      <div class="row">
        ${part === "watcher" && !one.ended && html`<button type="button" data-test="join" onClick=${() => tell({ t: "join", conversation: id })}>${t("join")}</button>`}
        ${part !== "supporter" && !one.ended && html`<button type="button" class="quiet" data-test="take-over" onClick=${() => question("take-over", id)}>${t("take-over")}</button>`}
        ${part === "supporter" && !one.ended && html`
          <button type="button" class="quiet" data-test="hand-over" onClick=${() => question("hand-over", id)}>${t("hand-over")}</button>
          <button type="button" class="quiet" data-test="end" onClick=${() => question("end", id)}>${t("end")}</button>`}
        ${!one.ended && html`<button type="button" class="danger" data-test="block" onClick=${() => question("block", id)}>${t("block")}</button>`}
        ${part === "supporter" && one.ended
          ? html`<button type="button" class="quiet" data-test="put-away" onClick=${() => forget(id)}>${t("put-away")}</button>`
          : part !== "supporter" && html`<button type="button" class="quiet" data-test="unwatch" onClick=${() => stop(id)}>${t(part === "member" ? "step-out" : "unwatch")}</button>`}
      </div>
    </div>
    <div class="side"><${About} one=${one} /><${Remarks} key=${`${id} ${part}`} one=${one} kind=${part === "supporter" ? "note" : "whisper"} /></div>
  </section>`;
}

/** @param {string} id */
function stop(id) {
  tell({ t: "unwatch", conversation: id });
  forget(id);
}

function Question() {
  const { name, id } = dialog.value ?? { name: "", id: "" };
  switch (name) {
    case "resolve":
      return html`<${Resolve} id=${id} />`;
    case "end":
      return html`<${EndDialog} id=${id} onClose=${shut} />`;
    case "hand-over":
      return html`<${HandOverDialog} id=${id} onClose=${shut} />`;
    case "take-over":
      return html`<${Dialog} title=${t("take-over-title")} name="take-over-dialog" onClose=${shut}>
        <p>${t("take-over-about")}</p>
        <button type="button" data-test="take-over-yes" onClick=${() => (tell({ t: "take_over", conversation: id }), shut())}>${t("take-over")}</button>
      <//>`;
    case "block":
      return html`<${BlockDialog} id=${id} />`;
    case "hold":
      return html`<${HoldDialog} id=${id} onClose=${shut} />`;
    case "extend":
      return html`<${ExtendDialog} id=${id} />`;
    case "raid":
      return html`<${RaidDialog} />`;
    default:
      return null;
  }
}

/** @param {{id: string}} parts */
function Resolve({ id }) {
  const [outcome, setOutcome] = useState(/** @type {string} */ (ESCALATION_OUTCOMES[0]));
  const [note, setNote] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen = ESCALATION_OUTCOMES.find((one) => one === outcome) ?? ESCALATION_OUTCOMES[0];
    tell({ t: "resolve", escalation: id, outcome: chosen, note });
    shut();
  };
  return html`<${Dialog} title=${t("resolve-title")} name="resolve-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <${Choose} label=${t("resolve-outcome")} name="outcome" value=${outcome} onPick=${setOutcome}
        options=${ESCALATION_OUTCOMES.map((one) => [one, named("resolved", one)])} />
      <label class="field"><span>${t("resolve-note")}</span>
        <textarea rows="3" maxlength="2000" dir="auto" data-test="resolve-note" value=${note}
          onInput=${(/** @type {Event} */ event) => setNote(typed(event))}></textarea></label>
      <button type="submit" data-test="resolve-yes">${t("resolve")}</button>
    </form>
  <//>`;
}

/** @param {{id: string}} parts */
function BlockDialog({ id }) {
  const [reason, setReason] = useState(/** @type {string} */ (BLOCKS[0]));
  const [grade, setGrade] = useState(/** @type {typeof GRADES[number]} */ ("paused"));
  const [hours, setHours] = useState(24);
  const pickGrade = (/** @type {typeof GRADES[number]} */ one) => (setGrade(one), setHours(24));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    tell({ t: "block", conversation: id, reason: /** @type {any} */ (reason), grade, hours });
    shut();
  };
  return html`<${Dialog} title=${t("block-title")} name="block-dialog" onClose=${shut}>
    <p>${t("block-about")}</p>
    <form onSubmit=${submit}>
      <${Choose} label=${t("block-reason")} name="block-reason" value=${reason} onPick=${setReason}
        options=${BLOCKS.map((one) => [one, named("block", one)])} />
      <${Choose} label=${t("block-grade")} name="block-grade" value=${grade} onPick=${pickGrade}
        options=${GRADES.map((one) => [one, t(`grade-${one}-about`)])} />
      <${Spans} name="block-hours" value=${hours} kind="hours" list=${HOURS[grade]} onPick=${setHours} />
      <p class="small">${t("block-limits")}</p>
      <button type="submit" class="danger" data-test="block-yes">${t("block")}</button>
    </form>
  <//>`;
}

/** @param {{name: string, value: number, kind: "hours" | "minutes", list: number[], onPick: (n: number) => void}} parts */
const Spans = ({ name, value, kind, list, onPick }) =>
  html`<${Choose} label=${t("how-long")} name=${name} value=${String(value)} onPick=${(/** @type {string} */ one) => onPick(Number(one))}
    options=${list.map((n) => [String(n), t(`span-${kind}`, { n })])} />`;

/** @param {{id: string}} parts */
function ExtendDialog({ id }) {
  const [hours, setHours] = useState(24);
  const row = board.value.blocks.find((one) => one.id === id);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    tell({ t: "extend", conversation: id, hours });
    shut();
  };
  return html`<${Dialog} title=${t("extend-title")} name="extend-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <${Spans} name="extend-hours" value=${hours} kind="hours" list=${HOURS[row?.grade ?? "paused"]} onPick=${setHours} />
      <button type="submit" data-test="extend-yes">${t("extend")}</button>
    </form>
  <//>`;
}

function RaidDialog() {
  const [minutes, setMinutes] = useState(30);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    tell({ t: "set_raid", minutes });
    shut();
  };
  return html`<${Dialog} title=${t("raid-title")} name="raid-dialog" onClose=${shut}>
    <p>${t("raid-about")}</p>
    <form onSubmit=${submit}>
      <${Spans} name="raid-minutes" value=${minutes} kind="minutes" list=${RAID_MINUTES} onPick=${setMinutes} />
      <button type="submit" data-test="raid-yes">${t("raid-on")}</button>
    </form>
  <//>`;
}

/** Cases that somebody else proposes to hold; said on every tab, because a proposal ends in a day. */
function Proposals() {
  const theirs = board.value.proposals.filter(({ account }) => account !== me.value?.account);
  return html`<div role="status">${theirs.map((one) => html`<p key=${`${one.id}-${one.since}`} class="row" data-test="proposal">
    <span>${t("proposal", { who: one.by, name: one.name || t("forgotten"), days: one.days, until: dayTime(one.until) })}</span>
    ${tab.value !== "cases" && html`<button type="button" class="slim" data-test="proposal-look" onClick=${() => (tab.value = "cases")}>${t("proposal-look")}</button>`}
  </p>`)}</div>`;
}

/** Raid mode, while it is on or proposed. */
function Raid() {
  const { until, by, proposed } = board.value.raid;
  if (until && until > now.value) {
    return html`<div class="row" data-test="raid" role="status"><p class="alarm">${t("raid-is-on", { time: clockTime(until), by: by ?? "" })}</p>
      <button type="button" class="quiet" data-test="raid-off" onClick=${() => tell({ t: "set_raid", minutes: 0 })}>${t("raid-off")}</button></div>`;
  }
  if (!proposed) return null;
  return html`<div class="row" role="status"><p class="alarm" data-test="raid-proposed">${t("raid-proposed")}</p><${AskRaid} /></div>`;
}

const AskRaid = () =>
  html`<button type="button" class="quiet slim" data-test="raid-ask" onClick=${() => question("raid", "")}>${t("raid-ask")}</button>`;

/** Blocks that hold: who, why, until when; each can be lifted or extended. */
function Held() {
  /** @param {BlockRow} row */
  const actions = (row) => html`<div class="row">
    <button type="button" class="quiet slim" data-test="extend" onClick=${() => question("extend", row.id)}>${t("extend")}</button>
    <button type="button" class="quiet slim" data-test="lift" onClick=${() => tell({ t: "lift", conversation: row.id })}>${t("lift")}</button>
  </div>`;
  /** @type {Column<BlockRow>[]} */
  const columns = [
    { id: "name", label: t("col-name"), value: (row) => row.name ?? "", cell: (row) => row.name || t("forgotten") },
    { id: "grade", label: t("block-grade"), value: (row) => row.grade, cell: (row) => named("grade", row.grade) },
    { id: "reason", label: t("block-reason"), value: (row) => row.reason, cell: (row) => named("block", row.reason) },
    { id: "by", label: t("col-by"), value: (row) => row.by, cell: (row) => row.by },
    { id: "until", label: t("col-until"), value: (row) => row.until, cell: (row) => (row.review ? html`<strong>${t("in-review")}</strong>` : dayTime(row.until)) },
    { id: "do", label: t("col-do"), cell: actions },
  ];
  return html`<${Table} caption=${t("blocks")} name="held" rows=${board.value.blocks} empty=${t("blocks-none")} columns=${columns} />
    <div class="row"><${AskRaid} /></div>`;
}

const Boards = () => html`<${Raid} /><${Escalations} /><${Watched} /><${Live} /><${Queue} /><${OnDuty} /><${Held} />`;

function App() {
  if (me.value?.role === "supporter") {
    return html`<main><p class="card" data-test="not-allowed">${t("supervisors-only")} <a href="/supporter">${t("supporter-title")}</a></p></main>`;
  }
  const view = { board: Boards, cases: Cases, roster: Roster, audit: Audit }[tab.value] ?? Boards;
  return html`<${Bar} title=${t("supervisor-title")}>
      <nav class="tabs" aria-label=${t("sections")}>${TABS.map((id) => html`<button type="button" class="quiet" data-test=${`tab-${id}`}
        aria-current=${tab.value === id ? "page" : undefined} onClick=${() => (tab.value = id)}>${t(`tab-${id}`)}</button>`)}</nav>
    <//>
    <main><${Notices} /><${Alarm} /><${Lights} /><${Proposals} /><${view} proposals=${board.value.proposals} /><${Question} /><${StepUp} />
      <p class="small">${t("as-of", { time: clockTime(now.value) })}</p></main>`;
}

effect(() => {
  const open = board.value.escalations.filter(({ state = "open" }) => state === "open").length;
  document.title = open ? `(${open}) ${t("supervisor-title")}` : t("supervisor-title");
});
void show(App);
void attend(hear, () => tell({ t: "board" }));
