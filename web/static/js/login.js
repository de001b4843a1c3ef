// @ts-check
/**
 * Staff log in here: the passphrase first, then the second factor where there is one. A passphrase
 * that was for one time only is changed at once; who owes a second factor is led to set one up.
 */
import { ask, DemoBanner, html, info, show, t, Title, typed } from "./page.js";
import { ProofForm } from "./proof.js";
import { signal, useState } from "../vendor/vendor.js";

const PLACES = ["/supporter", "/supervisor", "/account"];
const LEAST = 12;

/** @type {{value: {old: string} | null}} */
const change = signal(null);
/** The ways to prove oneself after the passphrase, until it is too late. */
/** @type {{value: {methods: import("./proof.js").Method[]} | null}} */
const factor = signal(null);
/** Where to go on, and how many recovery codes are left now that one was used. */
/** @type {{value: {person: any, left: number} | null}} */
const spent = signal(null);
const problem = signal("");
const busy = signal(false);

/** @param {{role: string, must_enrol?: boolean}} person */
function goOn({ role, must_enrol: owes }) {
  if (owes) return location.assign(`/account${location.search}`);
  const wanted = new URLSearchParams(location.search).get("next") ?? "";
  const own = role === "supporter" ? "/supporter" : "/supervisor";
  return location.assign(PLACES.includes(wanted) && (role !== "supporter" || wanted !== "/supervisor") ? wanted : own);
}

/**
 * @param {string} path
 * @param {Record<string, string>} body
 */
async function enter(path, body) {
  busy.value = true;
  problem.value = "";
  const { status, body: told } = await ask(path, body);
  busy.value = false;
  if (status === 200 && told.must_change) change.value = { old: body.password ?? "" };
  else if (status === 200) goOn(told);
  else if (status === 202) askFactor(told);
  else if (status === 429) problem.value = t("login-too-many", { minutes: Math.ceil((told.retry_after ?? 60) / 60) });
  else problem.value = t(status === 401 ? "login-wrong" : "login-unavailable");
}

/** @param {{factor: import("./proof.js").Method[], seconds: number}} told */
function askFactor({ factor: methods, seconds }) {
  const asked = { methods };
  factor.value = asked;
  setTimeout(() => factor.value === asked && tooLate(), seconds * 1000);
}

function tooLate() {
  factor.value = null;
  problem.value = t("login-expired");
}

function Factor() {
  const proved = (/** @type {any} */ person, /** @type {string} */ method) => {
    const asked = factor.value;
    if (method === "recovery") spent.value = { person, left: person.codes_left };
    else if (person.must_change) change.value = { old: "" };
    else return goOn(person);
    if (factor.value === asked) factor.value = null;
    return undefined;
  };
  return html`<div data-test="factor">
    <${Title}>${t("factor-title")}<//>
    <p>${t("factor-about")}</p>
    <${ProofForm} methods=${factor.value?.methods ?? []} prove="/api/staff/login/factor"
      challenge="/api/staff/login/passkey" onProved=${proved} onExpired=${tooLate} />
    <button type="button" class="quiet" data-test="begin-again" onClick=${() => (factor.value = null)}>${t("factor-back")}</button>
  </div>`;
}

function Spent() {
  const { person, left } = spent.value ?? { person: {}, left: 0 };
  const on = () => {
    spent.value = null;
    if (person.must_change) change.value = { old: "" };
    else goOn(person);
  };
  return html`<div data-test="spent">
    <${Title}>${t("codes-left-title", { n: left })}<//>
    <p>${t("codes-left-about")}</p>
    <div class="row">
      <button type="button" data-test="to-account" onClick=${() => location.assign("/account")}>${t("account-title")}</button>
      <button type="button" class="quiet" data-test="go-on" onClick=${on}>${t("proof-go-on")}</button>
    </div>
  </div>`;
}

function Enter() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void enter("/api/staff/login", { name, password });
  };
  return html`<form onSubmit=${submit} data-test="login">
    <${Title} first>${t("login-title")}<//>
    <${Field} label=${t("login-name")} id="name" autocomplete="username" value=${name} onValue=${setName} />
    <${Field} label=${t("login-passphrase")} id="passphrase" type="password" autocomplete="current-password"
      value=${password} onValue=${setPassword} />
    <${Problem} />
    <button type="submit" data-test="log-in" disabled=${busy.value}>${t("log-in")}</button>
    ${info.value.demo && html`<div class="card">
      <p>${t("login-demo")}</p>
      ${["supporter", "supervisor"].map((role) => html`<button type="button" class="quiet" data-test=${`demo-${role}`}
        onClick=${() => enter("/api/demo/login", { as: role })}>${t(`login-as-${role}`)}</button> `)}
    </div>`}
  </form>`;
}

function Change() {
  const [old, setOld] = useState(change.value?.old ?? "");
  const [fresh, setFresh] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if ([...fresh].length < LEAST) {
      problem.value = t("passphrase-too-short", { least: LEAST });
      return;
    }
    const { status, body } = await ask("/api/staff/password", { old, new: fresh });
    if (status === 204) goOn((await ask("/api/staff/me")).body);
    else problem.value = body.error === "too_short" ? t("passphrase-too-short", { least: LEAST }) : t("passphrase-wrong");
  };
  return html`<form onSubmit=${submit} data-test="change">
    <${Title}>${t("passphrase-title")}<//>
    <p>${t("passphrase-about", { least: LEAST })}</p>
    ${!change.value?.old && html`<${Field} label=${t("passphrase-old")} id="old" type="password"
      autocomplete="current-password" value=${old} onValue=${setOld} />`}
    <${Field} label=${t("passphrase-new")} id="new" type="password" autocomplete="new-password"
      value=${fresh} onValue=${setFresh} />
    <${Problem} />
    <button type="submit" data-test="set-passphrase">${t("passphrase-set")}</button>
  </form>`;
}

/** @param {{label: string, id: string, type?: string, autocomplete: string, value: string, onValue: (text: string) => void}} parts */
const Field = ({ label, id, type = "text", autocomplete, value, onValue }) =>
  html`<label class="field"><span>${label}</span>
    <input id=${id} data-test=${id} type=${type} autocomplete=${autocomplete} autocapitalize="none" required
      value=${value} onInput=${(/** @type {Event} */ event) => onValue(typed(event))} /></label>`;

const Problem = () => html`<p role="alert" class="problem" data-test="problem">${problem.value}</p>`;

const Screen = () => {
  if (change.value) return html`<${Change} />`;
  if (spent.value) return html`<${Spent} />`;
  return factor.value ? html`<${Factor} />` : html`<${Enter} />`;
};

const App = () => html`<main><${DemoBanner} /><${Screen} /></main>`;

/** Someone who is logged in already but owes a new passphrase is asked for it at once. */
async function begin() {
  const { status, body } = await ask("/api/staff/me");
  if (status === 200 && body.must_change) change.value = { old: "" };
  await show(App);
}
void begin();
