// @ts-check
/**
 * How a person of staff proves who they are: by a passkey, a code, or the passphrase. The form for
 * it, the question before grave acts, and what browsers and the server call passkeys differently.
 */
import { ask, Dialog, html, t, typed } from "./page.js";
import { signal, useState } from "../vendor/vendor.js";

/** @typedef {"passkey" | "totp" | "recovery" | "passphrase"} Method */
/** @typedef {{status: number, body: any}} Answer */

/** @param {string} text */
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** @param {ArrayBuffer} buffer */
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {{id: string}[]} list */
const known = (list = []) => list.map(({ id }) => ({ type: /** @type {const} */ ("public-key"), id: bytes(id) }));

/** Passkeys belong to a name; an address of numbers has none. */
export const passkeysWork = () =>
  "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(location.hostname);

/**
 * Have this browser make a passkey.
 * @param {any} options as the server sends them
 */
export async function makePasskey(options) {
  const made = /** @type {any} */ (
    await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    })
  );
  const { clientDataJSON, attestationObject } = made.response;
  return coded(made, { clientDataJSON, attestationObject });
}

/**
 * Have this browser use a passkey.
 * @param {any} options as the server sends them
 */
async function usePasskey(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  };
  const used = /** @type {any} */ (await navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature } = used.response;
  return coded(used, { clientDataJSON, authenticatorData, signature });
}

/**
 * @param {{id: string, rawId: ArrayBuffer, type: string}} credential
 * @param {Record<string, ArrayBuffer>} response
 */
const coded = ({ id, rawId, type }, response) => ({
  id,
  rawId: text(rawId),
  type,
  response: Object.fromEntries(Object.entries(response).map(([name, part]) => [name, text(part)])),
});

/**
 * Say what went wrong.
 * @param {Answer} answer
 * @param {string} wrong what to say of a wrong proof
 */
export function fault({ status, body }, wrong) {
  if (status === 429) return t("login-too-many", { minutes: Math.ceil((body.retry_after ?? 60) / 60) });
  if (body.error === "expired" || body.error === "not_logged_in") return t("login-expired");
  return t(status >= 400 && status < 500 ? wrong : "login-unavailable");
}

/**
 * Prove who one is, by one of these methods.
 * @param {{methods: Method[], prove: string, challenge: string, onProved: (body: any, method: Method) => void,
 *   onExpired: () => void}} parts
 */
export function ProofForm({ methods, prove, challenge, onProved, onExpired }) {
  const typedOnes = methods.filter((method) => method !== "passkey");
  const [method, setMethod] = useState(typedOnes[0]);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  /**
   * @param {Method} by
   * @param {object} proof
   */
  const give = async (by, proof) => {
    setBusy(true);
    setProblem("");
    const answer = await ask(prove, { method: by, ...proof });
    setBusy(false);
    if (answer.status === 200 || answer.status === 204) onProved(answer.body, by);
    else if (answer.body.error === "expired" || answer.body.error === "not_logged_in") onExpired();
    else setProblem(fault(answer, `proof-wrong-${by}`));
  };
  const withPasskey = async () => {
    setProblem("");
    const asked = await ask(challenge, {});
    if (asked.status === 401) return onExpired();
    if (asked.status !== 200) return setProblem(fault(asked, "proof-wrong-passkey"));
    const credential = await usePasskey(asked.body).catch(() => null);
    if (credential) return give("passkey", { credential });
    return setProblem(t("proof-wrong-passkey"));
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (method) void give(method, { code });
  };
  const other = typedOnes.find((one) => one !== method);
  const isSecret = method === "passphrase";
  return html`<form onSubmit=${submit} data-test="proof">
    ${methods.includes("passkey") && html`<p><button type="button" data-test="use-passkey" disabled=${busy || !passkeysWork()}
      onClick=${withPasskey}>${t("use-passkey")}</button></p>
      ${!passkeysWork() && html`<p class="small">${t("passkeys-need-a-name")}</p>`}`}
    ${method && html`<label class="field" key=${method}><span>${t(`proof-${method}`)}</span>
      <input id="code" data-test="code" required autocapitalize="none" spellcheck="false" dir="ltr"
        type=${isSecret ? "password" : "text"} inputmode=${method === "totp" ? "numeric" : undefined}
        autocomplete=${isSecret ? "current-password" : method === "totp" ? "one-time-code" : "off"}
        value=${code} onInput=${(/** @type {Event} */ event) => setCode(typed(event))} /></label>
      <button type="submit" data-test="prove" disabled=${busy}>${t("proof-go-on")}</button>`}
    <p role="alert" class="problem" data-test="problem">${problem}</p>
    ${other && html`<p><button type="button" class="quiet" data-test=${`by-${other}`}
      onClick=${() => (setMethod(other), setCode(""), setProblem(""))}>${t(`proof-by-${other}`)}</button></p>`}
  </form>`;
}

/** @type {{value: {methods: Method[], answer: (proved: boolean) => void} | null}} */
const question = signal(null);

/**
 * Ask the server for something grave; where it wants a new proof first, ask the person for it.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>} as `ask`; with the error `step_up` if no proof was given
 */
export async function askConfirmed(path, body) {
  const first = await ask(path, body);
  if (first.body.error !== "step_up") return first;
  const proved = await new Promise((answer) => (question.value = { methods: first.body.methods, answer }));
  question.value = null;
  return proved ? ask(path, body) : first;
}

/** The question that `askConfirmed` asks; each page that uses it draws this once. */
export function StepUp() {
  const asked = question.value;
  if (!asked) return null;
  return html`<${Dialog} title=${t("step-up-title")} name="step-up" onClose=${() => asked.answer(false)}>
    <p>${t("step-up-about")}</p>
    <${ProofForm} methods=${asked.methods} prove="/api/staff/confirm" challenge="/api/staff/confirm/passkey"
      onProved=${() => asked.answer(true)} onExpired=${() => location.assign("/login")} />
  <//>`;
}
