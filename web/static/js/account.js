// @ts-check
/** One's own account: second factors, recovery codes, and where one is logged in. */
import { ask, DemoBanner, Dialog, html, locale, show, t, Title, typed } from "./page.js";
import { askConfirmed, fault, makePasskey, passkeysWork, StepUp } from "./proof.js";
import { signal, useState } from "../vendor/vendor.js";

/** @typedef {{id: string, name: string, added: number, used: number | null}} Passkey */
/** @typedef {{totp: {added: number} | null, passkeys: Passkey[], codes_left: number, required: boolean}} Factors */
/** @typedef {{begun: number, seen: number, mine: boolean}} Session */

/** @type {{value: any}} */
const me = signal(null);
/** @type {{value: Factors | null}} */
const factors = signal(null);
/** @type {{value: Session[]}} */
const sessions = signal([]);
const problem = signal("");
/** Recovery codes, as long as they are shown. */
/** @type {{value: string[]}} */
const codes = signal([]);
/** @type {{value: {kind: "totp", secret: string, picture: string} | {kind: "passkey"} | null}} */
const adding = signal(null);

async function load() {
  const [person, own] = await Promise.all([ask("/api/staff/me"), ask("/api/staff/factors")]);
  if (person.status === 401 || person.body.must_change) return location.assign("/login?next=/account");
  if (own.status !== 200) {
    problem.value = t("account-unavailable");
    return undefined;
  }
  me.value = person.body;
  factors.value = own.body;
  const { status, body } = await ask("/api/staff/sessions");
  if (status === 200) sessions.value = body.sessions;
  return undefined;
}

/**
 * Change something of one's own; whether it was done.
 * @param {string} path
 * @param {object} body
 */
async function change(path, body) {
  const answer = await askConfirmed(`/api/staff/factors${path}`, body);
  const { status, body: told } = answer;
  problem.value = status < 300 && status > 0 ? "" : wrong(answer);
  if (told.codes?.length) codes.value = told.codes;
  if (!problem.value) await load();
  return !problem.value;
}

/** @param {import("./proof.js").Answer} answer */
function wrong(answer) {
  switch (answer.body.error) {
    case "last_factor":
      return t("factor-last-factor");
    case "not_found":
      return t("factor-not-found");
    case "step_up":
      return t("roster-error-step-up");
    default:
      return fault(answer, adding.value?.kind === "totp" ? "totp-wrong" : "factor-wrong");
  }
}

async function beginTotp() {
  const answer = await askConfirmed("/api/staff/factors/totp", {});
  problem.value = answer.status === 200 ? "" : wrong(answer);
  if (answer.status === 200) adding.value = { kind: "totp", ...answer.body };
}

const shut = () => {
  adding.value = null;
  problem.value = "";
};

/** @param {number} at */
const day = (at) => new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(at);
/** @param {number} at */
const moment = (at) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(at);

/** @param {{label: string, factor: string}} parts */
const Row = ({ label, factor }) => html`<li class="row">
  <span dir="auto">${label}</span>
  <button type="button" class="quiet" data-test="remove" aria-label=${t("factor-remove-one", { name: label })}
    onClick=${() => change("/remove", { factor })}>${t("factor-remove")}</button>
</li>`;

function Factors() {
  const own = factors.value;
  if (!own) return null;
  const none = !own.totp && own.passkeys.length === 0;
  return html`<section class="card" aria-labelledby="factors" data-test="factors">
    <h2 id="factors">${t("factors")}</h2>
    <p>${t("factors-about")}</p>
    ${none && html`<p data-test="no-factor">${t("factors-none")}</p>`}
    <ul class="plain">
      ${own.passkeys.map(({ id, name, added }) => html`<${Row} key=${id} factor=${id} label=${t("factor-passkey", { name, day: day(added) })} />`)}
      ${own.totp && html`<${Row} factor="totp" label=${t("factor-totp", { day: day(own.totp.added) })} />`}
    </ul>
    <div class="row">
      <button type="button" data-test="add-totp" onClick=${beginTotp}>${t(own.totp ? "totp-again" : "totp-begin")}</button>
      <button type="button" data-test="add-passkey" disabled=${!passkeysWork()}
        onClick=${() => (adding.value = { kind: "passkey" })}>${t("passkey-begin")}</button>
    </div>
    ${!passkeysWork() && html`<p class="small">${t("passkeys-need-a-name")}</p>`}
    ${!none && html`<p data-test="codes-left">${t("codes-left", { n: own.codes_left })}</p>
      <button type="button" class="quiet" data-test="new-codes" onClick=${() => change("/codes", {})}>${t("codes-new")}</button>`}
  </section>`;
}

/** @param {{secret: string, picture: string}} parts */
function AddTotp({ secret, picture }) {
  const [code, setCode] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await change("/totp/confirm", { code })) shut();
  };
  return html`<${Dialog} title=${t("totp-title")} name="totp-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <p>${t("totp-about")}</p>
      <p><img class="code-picture" src=${picture} alt=${t("totp-picture")} data-test="picture" /></p>
      <p>${t("totp-secret")}<br /><code data-test="secret" dir="ltr">${secret.match(/.{1,4}/g)?.join(" ")}</code></p>
      <label class="field"><span>${t("totp-code")}</span><input required data-test="first-code" inputmode="numeric" dir="ltr"
        autocomplete="one-time-code" value=${code} onInput=${(/** @type {Event} */ event) => setCode(typed(event))} /></label>
      <p role="alert" class="problem" data-test="dialog-problem">${problem.value}</p>
      <button type="submit" data-test="confirm-totp">${t("proof-go-on")}</button>
    </form>
  <//>`;
}

function AddPasskey() {
  const [name, setName] = useState(t("passkey-named"));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const answer = await askConfirmed("/api/staff/factors/passkey", {});
    if (answer.status !== 200) {
      problem.value = wrong(answer);
      return;
    }
    const credential = await makePasskey(answer.body).catch(() => null);
    if (!credential) problem.value = t("passkey-refused");
    else if (await change("/passkey/confirm", { name, credential })) shut();
  };
  return html`<${Dialog} title=${t("passkey-title")} name="passkey-dialog" onClose=${shut}>
    <form onSubmit=${submit}>
      <p>${t("passkey-about")}</p>
      <label class="field"><span>${t("passkey-name")}</span><input required maxlength="40" dir="auto" autocomplete="off" data-test="passkey-name"
        value=${name} onInput=${(/** @type {Event} */ event) => setName(typed(event))} /></label>
      <p role="alert" class="problem" data-test="dialog-problem">${problem.value}</p>
      <button type="submit" data-test="confirm-passkey">${t("proof-go-on")}</button>
    </form>
  <//>`;
}

const Codes = () => html`<${Dialog} title=${t("codes-title")} name="codes-dialog" back=${t("codes-kept")}
    onClose=${() => (codes.value = [])}>
  <p>${t("codes-about")}</p>
  <ul class="recovery" dir="ltr">${codes.value.map((code) => html`<li key=${code}><code data-test="recovery-code">${code}</code></li>`)}</ul>
<//>`;

function Sessions() {
  const signOut = async () => {
    const { status } = await ask("/api/staff/sessions/end", {});
    if (status === 204 || status === 401) location.assign("/login");
    else problem.value = t("login-unavailable");
  };
  return html`<section class="card" aria-labelledby="sessions" data-test="sessions">
    <h2 id="sessions">${t("sessions")}</h2>
    <p>${t("sessions-about")}</p>
    <table>
      <thead><tr><th scope="col">${t("session-begun")}</th><th scope="col">${t("session-seen")}</th><td></td></tr></thead>
      <tbody>${sessions.value.map(({ begun, seen, mine }) => html`<tr data-test="session">
        <td>${moment(begun)}</td><td>${moment(seen)}</td><td>${mine && t("session-this")}</td></tr>`)}</tbody>
    </table>
    <p>${t("sign-out-about")}</p>
    <button type="button" class="danger" data-test="sign-out-everywhere" onClick=${signOut}>${t("sign-out-everywhere")}</button>
  </section>`;
}

/** Where to go on: where one wanted to, or where one works. */
function work() {
  const wanted = new URLSearchParams(location.search).get("next");
  const own = me.value?.role === "supporter" ? "/supporter" : "/supervisor";
  return wanted === "/supporter" || (wanted === "/supervisor" && me.value?.role !== "supporter") ? wanted : own;
}

const App = () => html`<main>
  <${DemoBanner} />
  <${Title} first>${t("account-title")}<//>
  <p class="small">${me.value?.display}</p>
  ${me.value?.must_enrol && html`<p class="banner" data-test="owes">${t("account-owes")}</p>`}
  <p role="alert" class="problem" data-test="problem">${!adding.value && problem.value}</p>
  <${Factors} />
  ${!me.value?.must_enrol && me.value && html`<${Sessions} /><p><a href=${work()} data-test="to-work">${t("account-back")}</a></p>`}
  ${adding.value?.kind === "totp" && html`<${AddTotp} secret=${adding.value.secret} picture=${adding.value.picture} />`}
  ${adding.value?.kind === "passkey" && html`<${AddPasskey} />`}
  ${codes.value.length > 0 && html`<${Codes} />`}
  <${StepUp} />
</main>`;

void show(App);
void load();
