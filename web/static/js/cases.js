// @ts-check
/** Held cases: what is proposed, what is held and until when, and what is kept of each. */
import { Risk, Table } from "./desk.js";
import { ask, Choose, dayTime, Dialog, html, named, t } from "./page.js";
import { askConfirmed } from "./proof.js";
import { signal, useEffect, useState } from "../vendor/vendor.js";

/**
 * @typedef {object} Hold
 * @property {string} id
 * @property {string} name the seeker's friendly name, while the escalation is kept
 * @property {number} until
 * @property {string} reason
 * @property {string[]} by
 * @property {{by: string, mine: boolean, at: number, reason: string, days: number} | null} proposal
 */
/**
 * @typedef {object} Case
 * @property {string} conversation
 * @property {number} until
 * @property {{seq: number, at: number, by?: string, name?: string, text?: string, risk?: number, event?: string}[]} log
 * @property {{at: number, name?: string, text?: string, kind?: string, event?: string}[]} staff
 */
/**
 * @template Row
 * @typedef {import("./desk.js").Column<Row>} Column
 */

const REASONS = ["danger", "safeguarding", "complaint", "law", "other"];
const DAYS = [7, 30, 60, 90];

/** @type {{value: Hold[]}} */
const holds = signal([]);
/** @type {{value: Case | null}} */
const open = signal(null);
/** The case to be released, once that is confirmed. */
const leaving = signal("");
const problem = signal("");

/** How often the list was asked for; an older answer that comes late says nothing. */
let asked = 0;

async function load() {
  const mine = ++asked;
  const { status, body } = await ask("/api/holds");
  if (mine !== asked) return;
  if (status === 200) holds.value = body.holds;
  else problem.value = t("holds-failed");
}

/**
 * @param {string} id
 * @param {string} act
 * @param {object} [body]
 */
async function decide(id, act, body = {}) {
  const { status, body: told } = await askConfirmed(`/api/holds/${id}/${act}`, body);
  const done = status >= 200 && status < 400;
  problem.value = done ? "" : named("hold-error", told.error ?? "failed");
  if (done && act === "read") open.value = told;
  await load();
  return done;
}

/** @param {Case} kept */
function save(kept) {
  const file = new Blob([JSON.stringify(kept, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `case-${kept.conversation}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** @param {Hold} row */
const actions = (row) => html`<div class="row">
  ${row.proposal && !row.proposal.mine && html`<button type="button" class="slim" data-test="hold-confirm" onClick=${() => decide(row.id, "confirm")}>${t("hold-confirm")}</button>`}
  ${row.proposal && html`<button type="button" class="quiet slim" data-test="hold-decline" onClick=${() => decide(row.id, "decline")}>${t(row.proposal.mine ? "hold-withdraw" : "hold-decline")}</button>`}
  ${row.until > 0 && html`<button type="button" class="quiet slim" data-test="case-read" onClick=${() => decide(row.id, "read")}>${t("case-read")}</button>
    ${!row.proposal && html`<button type="button" class="quiet slim" data-test="hold-longer" onClick=${() => decide(row.id, "propose", { reason: row.reason, days: 30 })}>${t("hold-longer")}</button>`}
    <button type="button" class="quiet slim" data-test="hold-release" onClick=${() => (leaving.value = row.id)}>${t("hold-release")}</button>`}
</div>`;

/** @param {Hold} row */
const state = ({ until, proposal }) => html`
  ${until > 0 && html`<span>${t("hold-until", { until: dayTime(until) })}</span>`}
  ${proposal && html` <strong>${t(proposal.mine ? "hold-proposed-mine" : "hold-proposed", { who: proposal.by, days: proposal.days })}</strong>`}`;

/**
 * All that is proposed or held; looked up anew whenever the board tells of another proposal.
 * @param {{proposals: import("./protocol.d.ts").ProposalRow[]}} parts
 */
export function Cases({ proposals }) {
  const known = proposals.map(({ id, since }) => `${id}-${since}`).join();
  useEffect(() => void load(), [known]);
  /** @type {Column<Hold>[]} */
  const columns = [
    { id: "id", label: t("col-case"), value: (row) => row.name, cell: (row) => html`${row.name || t("forgotten")} <code class="small">${row.id}</code>` },
    { id: "reason", label: t("hold-reason"), value: (row) => row.proposal?.reason ?? row.reason, cell: (row) => named("hold", row.until ? row.reason : (row.proposal?.reason ?? row.reason)) },
    { id: "by", label: t("col-by"), cell: (row) => row.by.join(", ") || "–" },
    { id: "state", label: t("col-state"), value: (row) => row.until, cell: state },
    { id: "do", label: t("col-do"), cell: actions },
  ];
  return html`<section data-test="cases">
    <p>${t("cases-about")}</p>
    <p role="alert" class="problem" data-test="problem">${problem.value}</p>
    <button type="button" class="quiet" data-test="cases-again" onClick=${load}>${t("cases-again")}</button>
    <${Table} caption=${t("cases")} name="case" rows=${holds.value} empty=${t("cases-none")} columns=${columns} />
    ${open.value && html`<${Kept} kept=${open.value} />`}
    ${leaving.value && html`<${Dialog} title=${t("hold-release-title")} name="release-dialog" onClose=${() => (leaving.value = "")}>
      <p>${t("hold-release-about")}</p>
      <button type="button" class="danger" data-test="hold-release-yes"
        onClick=${() => (void decide(leaving.value, "release"), (leaving.value = ""))}>${t("hold-release")}</button>
    <//>`}
  </section>`;
}

/** @param {{kept: Case}} parts */
const Kept = ({ kept }) => html`<${Dialog} title=${t("case-title", { id: kept.conversation })} name="case-dialog" onClose=${() => (open.value = null)}>
  <p>${t("case-about", { until: dayTime(kept.until) })}</p>
  <ol class="plain" data-test="case-log">${kept.log.map((one) => html`<li>
    <span class="small">${dayTime(one.at)}</span>
    ${one.event ? html` <em>${named("case-event", one.event)}</em>` : html` <strong>${one.name || named("case-by", one.by ?? "seeker")}</strong>${" "}
      ${(one.risk ?? 0) > 0 && html`<${Risk} risk=${one.risk ?? 0} />`} <span dir="auto">${one.text}</span>`}
  </li>`)}</ol>
  ${kept.staff.length > 0 && html`<h3>${t("case-staff")}</h3>
    <ol class="plain">${kept.staff.map((one) => html`<li><span class="small">${dayTime(one.at)}</span>
      ${one.event ? html` <em>${named("case-event", one.event)}</em>` : html` <strong>${one.name}</strong> <span dir="auto">${one.text}</span>`}</li>`)}</ol>`}
  <button type="button" class="quiet" data-test="case-save" onClick=${() => save(kept)}>${t("case-save")}</button>
<//>`;

/**
 * Asks for a hold; a second person confirms it.
 * @param {{id: string, onClose: () => void}} parts
 */
export function HoldDialog({ id, onClose }) {
  const [reason, setReason] = useState(/** @type {string} */ (REASONS[0]));
  const [days, setDays] = useState("30");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await decide(id, "propose", { reason, days: Number(days) })) onClose();
  };
  const close = () => ((problem.value = ""), onClose());
  return html`<${Dialog} title=${t("hold-title")} name="hold-dialog" onClose=${close}>
    <p>${t("hold-about")}</p>
    <form onSubmit=${submit}>
      <${Choose} label=${t("hold-reason")} name="hold-reason" value=${reason} onPick=${setReason}
        options=${REASONS.map((one) => [one, named("hold", one)])} />
      <${Choose} label=${t("how-long")} name="hold-days" value=${days} onPick=${setDays}
        options=${DAYS.map((n) => [String(n), t("hold-days", { n })])} />
      <p class="problem" role="alert">${problem.value}</p>
      <button type="submit" data-test="hold-yes">${t("hold-propose")}</button>
    </form>
  <//>`;
}
