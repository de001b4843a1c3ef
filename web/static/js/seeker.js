// @ts-check
/**
 * The seeker's page until the talk begins: welcome, a few questions, help, and leaving at once.
 * What comes after is in `talk.js`, fetched while the questions are answered, so that the first
 * screen is light. All of it lives in this page's memory: nothing is stored in the browser.
 */
import {
  Choose,
  countryName,
  DemoBanner,
  fetchWords,
  Helplines,
  html,
  info,
  language,
  named,
  show,
  speak,
  spoken,
  t,
  Title,
  typed,
} from "./page.js";
import { signal, useEffect, useState } from "../vendor/vendor.js";

/** @typedef {"welcome" | "language" | "topics" | "opening" | "mood" | "talk"} Screen */

/** @type {Screen[]} */
const QUESTIONS = ["language", "topics", "opening", "mood"];
const EXIT_WITHIN_MS = 5_000;

/** @type {{value: Screen}} */
const screen = signal("welcome");
/** @type {{value: typeof import("./talk.js") | null}} */
const talk = signal(null);
const unreachable = signal(false);
const toolsOpen = signal(false);
const country = signal("");
const answers = signal({
  language: "",
  topics: /** @type {string[]} */ ([]),
  opening: "",
  mood: /** @type {number | null} */ (null),
});

/** Fetch what the talk needs; where that fails, the next try is the person's. */
async function fetchTalk() {
  if (!talk.value) {
    const [part, worded] = await Promise.all([import("./talk.js").catch(() => null), fetchWords()]);
    talk.value = worded ? part : null;
  }
  unreachable.value = !talk.value;
  return talk.value;
}

/** @param {string} [code] a return code */
async function begin(code = "") {
  screen.value = "talk";
  const part = await fetchTalk();
  const { language: tongue, topics, opening, mood } = answers.value;
  const where = country.value === "ZZ" || !country.value ? null : country.value;
  part?.start(code, { language: tongue || language.value, topics, opening, mood, country: where });
}

/** Blank the page before anything else, then tell the server, then go where nobody asks. */
function leaveAtOnce() {
  document.body.replaceChildren();
  document.title = " ";
  try {
    talk.value?.hangUp();
  } finally {
    location.replace(info.value.quick_exit);
  }
}

/** Leave at once when Shift is pressed three times, with no other key between. */
function watchShift() {
  let times = 0;
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    times = event.key !== "Shift" ? 0 : event.timeStamp - last < EXIT_WITHIN_MS ? times + 1 : 1;
    last = event.timeStamp;
    if (times === 3) leaveAtOnce();
  });
}

/** @param {Screen} from */
const goOn = (from) => {
  const next = QUESTIONS[QUESTIONS.indexOf(from) + 1];
  if (next) screen.value = next;
  else void begin();
};

/** @param {string} id */
const answerLanguage = (id) => {
  answers.value = { ...answers.value, language: id };
  void speak(id);
};

function Top() {
  const here = country.value || info.value.country;
  const place = info.value.helplines[here] ?? info.value.helplines["ZZ"];
  const codes = info.value.countries.map(({ id }) => /** @type {[string, string]} */ ([id, countryName(id)]));
  return html`<header class=${screen.value === "welcome" ? "top still" : "top"}>
    <details class="help" data-test="help" open=${screen.value === "welcome"}>
      <summary data-test="help-now">${t("help-now", { number: place?.emergency ?? "112" })}</summary>
      <div class="panel">
        <p>${t("help-emergency", { number: place?.emergency ?? "112" })}</p>
        <${Choose} label=${t("help-country")} name="country" value=${here} options=${codes}
          onPick=${(/** @type {string} */ id) => (country.value = id)} />
        <${Helplines} list=${place?.helplines ?? []} />
      </div>
    </details>
    <${Exit} />
  </header>`;
}

/** Stands at the same place on every screen; a dialog brings its own, since it covers the page. */
export const Exit = () =>
  html`<button type="button" class="exit" data-test="quick-exit" onClick=${leaveAtOnce}>${t("quick-exit")}</button>`;

function toQuestions() {
  void fetchTalk();
  screen.value = "language";
}

function Welcome() {
  const { open, hours, languages, retention_hours: kept } = info.value;
  const options = languages.filter(({ id }) => spoken.includes(id)).map(({ id, name }) => [id, name]);
  return html`<section data-test="welcome">
    <${Title} first>${t("welcome-title")}<//>
    <p class="lead">${t("welcome-what")}</p>
    <ul class="facts">
      <li>${t("welcome-not-therapy")}</li>
      <li>${t("welcome-who-reads")}</li>
      <li>${t("welcome-encryption")}</li>
      <li>${t("welcome-kept", { hours: kept })}</li>
      <li>${t("welcome-anonymous")}</li>
    </ul>
    ${options.length > 1 && html`<${Choose} label=${t("page-language")} name="page-language" value=${language.value} options=${options} onPick=${speak} />`}
    ${open
      ? html`<button type="button" data-test="begin" onClick=${toQuestions}>${t("begin")}</button>`
      : html`<p class="card" data-test="closed">${t("closed")} <span dir="auto">${hours}</span></p>`}
    <details class="card" data-test="code-panel">
      <summary>${t("code-have")}</summary>
      <${CodeForm} />
    </details>
    <${Tools} />
    <p class="small">${t("quick-exit-about")}</p>
  </section>`;
}

function CodeForm() {
  const [words, setWords] = useState("");
  const comeBack = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (words.trim().length >= 4) void begin(words.trim());
  };
  return html`<form onSubmit=${comeBack}>
    <label class="field">
      <span>${t("code-label")}</span>
      <input data-test="code" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="80"
        value=${words} onInput=${(/** @type {Event} */ event) => setWords(typed(event))} />
    </label>
    <button type="submit" data-test="code-use">${t("code-use")}</button>
  </form>`;
}

/** @param {{at: Screen, title: string, hint: string, children?: unknown}} parts */
const Question = ({ at, title, hint, children }) =>
  html`<form key=${at} data-test=${`question-${at}`}
    onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), goOn(at))}>
    <p class="small">${t("step", { n: QUESTIONS.indexOf(at) + 1, of: QUESTIONS.length })}</p>
    <${Title}>${title}<//>
    <p id="hint">${hint}</p>
    ${children}
    <div class="row">
      <button type="submit" data-test="next">${at === "mood" ? t("start") : t("next")}</button>
      <button type="button" class="quiet" data-test="skip" onClick=${() => goOn(at)}>${t("skip")}</button>
      <button type="button" class="quiet" data-test="back"
        onClick=${() => (screen.value = QUESTIONS[QUESTIONS.indexOf(at) - 1] ?? "welcome")}>${t("back")}</button>
    </div>
  </form>`;

function Before() {
  const { topics, opening, mood, language: chosen } = answers.value;
  const at = screen.value;
  const change = (/** @type {object} */ part) => (answers.value = { ...answers.value, ...part });
  const toggle = (/** @type {string} */ id) =>
    change({ topics: topics.includes(id) ? topics.filter((one) => one !== id) : [...topics, id] });
  const parts = {
    language: () => html`<div class="chips" role="radiogroup" aria-labelledby="question">
      ${info.value.languages.map(({ id, name }) => html`<label class="chip"><input type="radio" name="language"
        data-test=${`language-${id}`} checked=${id === (chosen || language.value)}
        onChange=${() => answerLanguage(id)} /><span lang=${id}>${name}</span></label>`)}
    </div>`,
    topics: () => html`<div class="chips">
      ${info.value.topics.map(({ id }) => html`<label class="chip"><input type="checkbox" data-test=${`topic-${id}`}
        checked=${topics.includes(id)} disabled=${topics.length >= 12 && !topics.includes(id)}
        onChange=${() => toggle(id)} /><span>${named("topic", id)}</span></label>`)}
    </div>`,
    opening: () => html`<textarea id="answer" data-test="opening" rows="4" maxlength="1000" dir="auto"
      aria-labelledby="question" aria-describedby="hint" value=${opening}
      onInput=${(/** @type {Event} */ event) => change({ opening: typed(event) })}></textarea>`,
    mood: () => html`<${Scale} value=${mood} name="mood" onPick=${(/** @type {number} */ n) => change({ mood: n })} />`,
  };
  const key = /** @type {keyof typeof parts} */ (at);
  return html`<${Question} at=${at} title=${html`<span id="question">${t(`ask-${at}`)}</span>`} hint=${t(`ask-${at}-hint`)}>
    ${parts[key]()}
  <//>`;
}

/**
 * From 0 to 10.
 * @param {{value: number | null, name: string, onPick: (n: number) => void}} parts
 */
export const Scale = ({ value, name: group, onPick }) =>
  html`<div class="chips scale" role="radiogroup" aria-labelledby="question">
    ${Array.from({ length: 11 }, (_, n) => html`<label class="chip"><input type="radio" name=${group}
      data-test=${`${group}-${n}`} checked=${value === n} onChange=${() => onPick(n)} /><span>${n}</span></label>`)}
  </div>`;

/** The coping tools come when they are wanted: the first screen does not wait for them. */
export function Tools() {
  const [part, setPart] = useState(/** @type {{Coping: unknown} | null} */ (null));
  const open = () => {
    toolsOpen.value = true;
    Promise.all([import("./coping.js"), fetchWords()]).then(
      ([coping]) => setPart(coping),
      () => (toolsOpen.value = false),
    );
  };
  useEffect(() => {
    if (toolsOpen.value) open();
  }, []);
  if (part && toolsOpen.value) return html`<${part.Coping} />`;
  return html`<button type="button" class="quiet" data-test="tools-open" onClick=${open}>${t("tools-open")}</button>`;
}

/** While the talk's part is on its way, or could not be fetched. */
const Coming = () =>
  html`<section data-test="coming">
    <${Title}>${t("waiting-title")}<//>
    <p role="status">${t(unreachable.value ? "entry-unavailable" : "connecting")}</p>
    ${unreachable.value && html`<button type="button" data-test="retry" onClick=${() => begin()}>${t("try-again")}</button>`}
  </section>`;

function App() {
  const at = screen.value;
  const view = at === "welcome" ? Welcome : at !== "talk" ? Before : (talk.value?.Talk ?? Coming);
  return html`<${Top} /><main><${DemoBanner} /><${view} /></main>`;
}

watchShift();
void show(App);
