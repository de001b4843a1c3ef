// @ts-check
/** Tools to get through a hard while. All are local: nothing that is done here leaves the page. */
import { html, t, typed } from "./page.js";
import { useEffect, useState } from "../vendor/vendor.js";

/** Paced breathing: seconds in, held, and out. */
const BREATH = /** @type {const} */ ([["in", 4], ["hold", 2], ["out", 6]]);
const SENSES = /** @type {const} */ (["see", "touch", "hear", "smell", "taste"]);
const MUSCLES = /** @type {const} */ (["hands", "arms", "shoulders", "face", "belly", "legs"]);
const TOOLS = /** @type {const} */ ({
  breathing: Breathing,
  senses: Senses,
  writing: Writing,
  muscles: Muscles,
  boundary: Boundary,
});

/** All the tools, one open at a time. */
export function Coping() {
  const [open, setOpen] = useState("");
  return html`<section class="card" data-test="tools" aria-labelledby="tools-title">
    <h2 id="tools-title">${t("tools-title")}</h2>
    <p class="small">${t("tools-local")}</p>
    ${Object.entries(TOOLS).map(([name, Tool]) => html`<div key=${name}>
      <button type="button" class="quiet" aria-expanded=${open === name} data-test=${`tool-${name}`}
        onClick=${() => setOpen(open === name ? "" : name)}>${t(`tool-${name}`)}</button>
      ${open === name && html`<div class="tool" data-test=${`tool-${name}-open`}><${Tool} /></div>`}
    </div>`)}
  </section>`;
}

/** Which part of a breath it is; each part says itself in words, so no movement is needed. */
function Breathing() {
  const [part, setPart] = useState(-1);
  const [name, seconds] = BREATH[part] ?? ["", 0];
  useEffect(() => {
    if (part < 0) return undefined;
    const timer = setTimeout(() => setPart((part + 1) % BREATH.length), seconds * 1000);
    return () => clearTimeout(timer);
  }, [part]);
  return html`<p>${t("breathing-about")}</p>
    ${part >= 0 && html`<div class=${`breath ${name}`} aria-hidden="true"></div>
      <p class="lead" aria-live="polite" data-test="breath">${t(`breath-${name}`, { seconds })}</p>`}
    <button type="button" data-test="breathing-start" onClick=${() => setPart(part < 0 ? 0 : -1)}>
      ${part < 0 ? t("tool-start") : t("tool-stop")}
    </button>`;
}

/**
 * Steps to go through at one's own pace.
 * @param {{steps: readonly string[]}} parts
 */
function Steps({ steps }) {
  const [at, setAt] = useState(0);
  return html`<p class="lead" aria-live="polite">${steps[at] ?? t("tool-done")}</p>
    <div class="row">
      ${at < steps.length
        ? html`<button type="button" data-test="tool-next" onClick=${() => setAt(at + 1)}>${t("next")}</button>`
        : html`<button type="button" data-test="tool-again" onClick=${() => setAt(0)}>${t("tool-again")}</button>`}
    </div>`;
}

function Senses() {
  return html`<${Steps} steps=${SENSES.map((sense, n) => t(`sense-${sense}`, { n: 5 - n }))} />`;
}

function Muscles() {
  return html`<p>${t("muscles-about")}</p>
    <${Steps} steps=${MUSCLES.map((muscle) => t("muscle", { part: t(`muscle-${muscle}`) }))} />`;
}

function Writing() {
  const [text, setText] = useState("");
  return html`<label class="field">
      <span>${t("writing-about")}</span>
      <textarea rows="5" dir="auto" data-test="writing" value=${text}
        onInput=${(/** @type {Event} */ event) => setText(typed(event))}></textarea>
    </label>
    <button type="button" class="quiet" data-test="writing-clear" onClick=${() => setText("")}>${t("writing-clear")}</button>`;
}

/** Three short pieces make one sentence that sets a boundary. */
function Boundary() {
  const [words, setWords] = useState({ when: "", feel: "", need: "" });
  const piece = (/** @type {keyof typeof words} */ key) => html`<label class="field">
    <span>${t(`boundary-${key}`)}</span>
    <input dir="auto" autocomplete="off" data-test=${`boundary-${key}`} value=${words[key]}
      onInput=${(/** @type {Event} */ event) => setWords({ ...words, [key]: typed(event) })} />
  </label>`;
  const whole = words.when && words.feel && words.need;
  return html`<p>${t("boundary-about")}</p>
    ${piece("when")}${piece("feel")}${piece("need")}
    <p class="lead" dir="auto" aria-live="polite" data-test="boundary-phrase">${whole && t("boundary-phrase", words)}</p>`;
}
