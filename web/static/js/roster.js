// @ts-check
/** Who is on the team: accounts, training, and the record of every look. */
import { me, Table } from "./desk.js";
import { ask, Choose, Dialog, html, info, languageName, locale, named, t, typed } from "./page.js";
import { askConfirmed } from "./proof.js";
import { signal, useEffect, useState } from "../vendor/vendor.js";

/**
 * @typedef {object} Member
 * @property {string} account
 * @property {string} name
 * @property {string} display
 * @property {string} role
 * @property {boolean} disabled
 * @property {string[]} factors
 * @property {string[]} languages
 * @property {{to: number, until: number, by: string} | null} training
 * @property {number | null} last_seen
 */

/**
 * @template Row
 * @typedef {import("./desk.js").Column<Row>} Column
 */

const LEVELS = ["0", "1", "2", "3", "4"];
const ROLES = ["supporter", "supervisor", "administrator"];
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;

/** @type {{value: Member[]}} */
const members = signal([]);
/** @type {{value: {at: number, who: string, act: string, subject: string}[]}} */
const entries = signal([]);
const problem = signal("");
/** A one-time passphrase, as long as it is shown. */
const passphrase = signal("");
/** @type {{value: {name: string, member?: Member} | null}} */
const dialog = signal(null);
/** @param {{name: string, member?: Member}} question */
const question = (question) => {
  problem.value = "";
  dialog.value = question;
};
const shut = () => {
  problem.value = "";
  dialog.value = null;
};

async function load() {
  const { status, body } = await ask("/api/roster");
  if (status === 200) members.value = body.staff;
  else problem.value = t("roster-failed");
}

/**
 * @param {string} path
 * @param {object} body
 */
async function change(path, body) {
  const { status, body: told } = await askConfirmed(`/api/roster${path}`, body);
  problem.value = status >= 400 || status === 0 ? wrong(told) : "";
  if (told.passphrase) passphrase.value = told.passphrase;
  await load();
  return status < 400 && status > 0;
}

/** @param {{error?: string, field?: string}} told */
const wrong = ({ error = "failed", field }) =>
  error === "invalid" ? named("roster-invalid", field ?? "other") : named("roster-error", error);

/** @param {number} at */
const day = (at) => new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(at);
/** @param {number} at */
const moment = (at) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeStyle: "medium" }).format(at);

/** @param {Member} member */
function training({ training: record }) {
  if (!record) return t("training-none");
  return t(record.until < Date.now() ? "training-over" : "training-is", {
    level: t(`risk-${record.to}`),
    until: day(record.until),
  });
}

/**
 * Supervisors look after supporters only.
 * @param {Member} member
 */
const mine = ({ role }) => me.value?.role === "administrator" || role === "supporter";

/** @param {Member} member */
const actions = (member) => mine(member) && html`<div class="row">
  <button type="button" class="quiet slim" data-test="train" onClick=${() => question({ name: "train", member })}>${t("train")}</button>
  <button type="button" class="quiet slim" data-test="sign-out" onClick=${() => change(`/${member.account}/sign_out`, {})}>${t("sign-out")}</button>
  ${me.value?.role === "administrator" && member.factors.length > 0 && html`<button type="button" class="quiet slim" data-test="reset-factors"
    onClick=${() => change(`/${member.account}/factors/reset`, {})}>${t("reset-factors")}</button>`}
  <button type="button" class="quiet slim" data-test="reset" onClick=${() => change(`/${member.account}/reset`, {})}>${t("reset-passphrase")}</button>
  ${member.account !== me.value?.account && html`<button type="button" class="quiet slim" data-test=${member.disabled ? "enable" : "disable"}
    onClick=${() => change(`/${member.account}/${member.disabled ? "enable" : "disable"}`, {})}>${t(member.disabled ? "enable" : "disable")}</button>`}
</div>`;

/** The accounts of the team. */
export function Roster() {
  useEffect(() => void load(), []);
  /** @type {Column<Member>[]} */
  const columns = [
    { id: "display", label: t("col-name"), value: (row) => row.display, cell: (row) => row.display },
    { id: "name", label: t("col-login"), value: (row) => row.name, cell: (row) => row.name },
    { id: "role", label: t("col-role"), value: (row) => row.role, cell: (row) => html`<${Role} member=${row} />` },
    { id: "languages", label: t("col-languages"), cell: (row) => row.languages.map(languageName).join(", ") },
    { id: "training", label: t("col-training"), value: (row) => row.training?.until ?? 0, cell: training },
    { id: "factors", label: t("col-factor"), value: (row) => row.factors.length, cell: (row) => t(row.factors.length ? "has-factor" : "has-no-factor") },
    { id: "seen", label: t("col-seen"), value: (row) => row.last_seen ?? 0, cell: (row) => row.last_seen ? moment(row.last_seen) : "–" },
    { id: "state", label: t("col-state"), value: (row) => Number(row.disabled), cell: (row) => t(row.disabled ? "is-disabled" : "is-enabled") },
    { id: "do", label: t("col-do"), cell: actions },
  ];
  return html`<section data-test="roster">
    <p role="alert" class="problem" data-test="problem">${!dialog.value && problem.value}</p>
    <button type="button" data-test="add" onClick=${() => question({ name: "add" })}>${t("add-account")}</button>
    <${Table} caption=${t("roster")} name="member" rows=${members.value} empty=${t("roster-none")}
      columns=${columns} />
    ${dialog.value?.name === "add" && html`<${Add} />`}
    ${dialog.value?.member && html`<${Train} member=${dialog.value.member} />`}
    ${passphrase.value && html`<${Dialog} title=${t("passphrase-once")} name="passphrase-dialog" onClose=${() => (passphrase.value = "")}>
      <p class="lead"><code data-test="passphrase">${passphrase.value}</code></p>
      <p>${t("passphrase-once-about")}</p>
    <//>`}
  </section>`;
}

/** @param {{member: Member}} parts */
function Role({ member }) {
  if (me.value?.role !== "administrator" || member.account === me.value.account) return named("role", member.role);
  return html`<select data-test="role" aria-label=${t("role-of", { name: member.display })} value=${member.role}
    onChange=${(/** @type {Event} */ event) => change(`/${member.account}/role`, { role: typed(event) })}>
    ${ROLES.map((role) => html`<option value=${role} selected=${role === member.role}>${named("role", role)}</option>`)}
  </select>`;
}

function Add() {
  const [person, setPerson] = useState({ name: "", display: "", role: "supporter", languages: /** @type {string[]} */ ([]) });
  const roles = ROLES.slice(0, me.value?.role === "administrator" ? 3 : 1);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await change("", { ...person, topics: [] })) shut();
  };
  const toggle = (/** @type {string} */ id) =>
    setPerson({
      ...person,
      languages: person.languages.includes(id) ? person.languages.filter((one) => one !== id) : [...person.languages, id],
    });
  return html`<${Dialog} title=${t("add-account")} name="add-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <label class="field"><span>${t("add-login")}</span><input required autocomplete="off" autocapitalize="none" data-test="add-name"
        value=${person.name} onInput=${(/** @type {Event} */ event) => setPerson({ ...person, name: typed(event) })} /></label>
      <label class="field"><span>${t("add-display")}</span><input required autocomplete="off" dir="auto" data-test="add-display"
        value=${person.display} onInput=${(/** @type {Event} */ event) => setPerson({ ...person, display: typed(event) })} /></label>
      <${Choose} label=${t("col-role")} name="add-role" value=${person.role} options=${roles.map((role) => [role, named("role", role)])}
        onPick=${(/** @type {string} */ role) => setPerson({ ...person, role })} />
      <fieldset><legend>${t("col-languages")}</legend><div class="chips">
        ${info.value.languages.map(({ id, name }) => html`<label class="chip"><input type="checkbox" data-test=${`add-language-${id}`}
          checked=${person.languages.includes(id)} onChange=${() => toggle(id)} /><span lang=${id}>${name}</span></label>`)}
      </div></fieldset>
      <p class="problem" role="alert">${problem.value}</p>
      <button type="submit" data-test="add-yes">${t("add-account")}</button>
    </form>
  <//>`;
}

/** @param {{member: Member}} parts */
function Train({ member }) {
  const [to, setTo] = useState(String(member.training?.to ?? 2));
  const [until, setUntil] = useState(new Date(Date.now() + YEAR_DAYS * DAY_MS).toISOString().slice(0, 10));
  const path = `/${member.account}/training`;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await change(path, { to: Number(to), until: Date.parse(`${until}T23:59:59Z`) })) shut();
  };
  const none = async () => {
    if (await change(path, { to: null })) shut();
  };
  return html`<${Dialog} title=${t("train-title", { name: member.display })} name="train-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <${Choose} label=${t("train-level")} name="train-level" value=${to} options=${LEVELS.map((level) => [level, t(`risk-${level}`)])} onPick=${setTo} />
      <label class="field"><span>${t("train-until")}</span><input type="date" required data-test="train-until" value=${until}
        min=${new Date().toISOString().slice(0, 10)} onInput=${(/** @type {Event} */ event) => setUntil(typed(event))} /></label>
      <p class="problem" role="alert">${problem.value}</p>
      <button type="submit" data-test="train-yes">${t("train-yes")}</button>
      <button type="button" class="quiet" data-test="train-none" onClick=${none}>${t("train-none")}</button>
    </form>
  <//>`;
}

/** Who looked at what, and when. */
export function Audit() {
  useEffect(() => {
    void ask("/api/audit?limit=200").then(({ body }) => (entries.value = body.entries ?? []));
  }, []);
  const rows = entries.value.map((one, n) => ({ ...one, id: String(n) }));
  /** @typedef {typeof rows[number]} Row */
  /** @type {Column<Row>[]} */
  const columns = [
    { id: "at", label: t("col-when"), value: (row) => row.at, cell: (row) => moment(row.at) },
    { id: "who", label: t("col-who"), value: (row) => row.who, cell: (row) => row.who },
    { id: "act", label: t("col-act"), value: (row) => row.act, cell: (row) => named("act", row.act) },
    { id: "subject", label: t("col-subject"), value: (row) => row.subject, cell: (row) => row.subject },
  ];
  return html`<section data-test="audit">
    <${Table} caption=${t("audit")} name="audit" rows=${rows} empty=${t("audit-none")}
      columns=${columns} />
  </section>`;
}
