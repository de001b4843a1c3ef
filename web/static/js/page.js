// @ts-check
/**
 * What every page shares: its words, the facts about the house, asking the server, and a few
 * small parts. Words come from Fluent; what one language lacks is said in English.
 */
import {
  FluentBundle,
  FluentResource,
  h,
  htm,
  render,
  signal,
  useEffect,
  useRef,
} from "../vendor/vendor.js";

/** @typedef {import("../vendor/vendor.js").VNode} VNode */
/** @typedef {Record<string, string | number>} Values */
/**
 * @typedef {object} Helpline
 * @property {string} name
 * @property {string} [phone]
 * @property {string} [sms]
 * @property {string} [url]
 * @property {string} [hours]
 * @property {string[]} [languages]
 * @property {boolean} [emergency]
 */
/**
 * @typedef {object} Info
 * @property {string} name
 * @property {boolean} demo
 * @property {boolean} open
 * @property {string} hours
 * @property {{id: string, name: string}[]} languages
 * @property {{id: string}[]} topics
 * @property {{id: string}[]} countries
 * @property {string} country
 * @property {Record<string, {emergency: string, helplines: Helpline[]}>} helplines
 * @property {string} quick_exit
 * @property {number} retention_hours
 */

export const html = htm.bind(h);

const RIGHT_TO_LEFT = /^(ar|dv|fa|he|ks|ps|sd|ug|ur|yi)\b/;
const SPOKEN_FIRST = "en";
/** The languages that there are words for; people may write in more than these. */
export const spoken = (document.documentElement.dataset.spoken ?? SPOKEN_FIRST).split(" ");

/** @type {{value: FluentBundle[]}} */
const bundles = signal([]);
/** The language of the page's words. */
export const language = signal(SPOKEN_FIRST);
/** @type {{value: Info}} */
export const info = signal({
  name: "",
  demo: false,
  open: true,
  hours: "",
  languages: [],
  topics: [],
  countries: [],
  country: "ZZ",
  helplines: {},
  quick_exit: "about:blank",
  retention_hours: 24,
});

/**
 * @param {string} id
 * @param {Values} [values]
 * @returns {string | undefined}
 */
function find(id, values) {
  for (const bundle of bundles.value) {
    const message = bundle.getMessage(id);
    if (message?.value) return bundle.formatPattern(message.value, values, []);
  }
  return undefined;
}

/**
 * Say a message in the page's language.
 * @param {string} id
 * @param {Values} [values]
 */
export const t = (id, values) => find(id, values) ?? id;

/**
 * Name one of a kind, such as a topic; an id without words is shown as it is.
 * @param {string} kind
 * @param {string} id
 */
export const named = (kind, id) =>
  find(`${kind}-${id.replaceAll("_", "-")}`) ?? id.replaceAll(/[_-]/g, " ");

/**
 * @param {string} tongue
 * @param {string} text
 */
function bundle(tongue, text) {
  const made = new FluentBundle(tongue, { useIsolating: RIGHT_TO_LEFT.test(tongue) });
  made.addResource(new FluentResource(text));
  return made;
}

/** @param {string} id */
const embedded = (id) => document.getElementById(id)?.textContent?.trim() ?? "";

let english = bundle(SPOKEN_FIRST, embedded("words"));
bundles.value = [english];

/** @param {string} path */
async function fetchText(path) {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok ? answer.text() : null;
}

/**
 * Fetch all English words: a seeker's page comes with those of its first screens.
 * @returns {Promise<boolean>} whether they came
 */
export async function fetchWords() {
  const text = await fetchText(`/locales/${SPOKEN_FIRST}.ftl`);
  if (text === null) return false;
  english = bundle(SPOKEN_FIRST, text);
  bundles.value = [...bundles.value.slice(0, -1), english];
  return true;
}

/**
 * Show the page in another language, as far as there are words for it.
 * @param {string} tongue
 */
export async function speak(tongue) {
  const parts = (document.documentElement.dataset.words ?? "").split(" ");
  const files = tongue === SPOKEN_FIRST || !spoken.includes(tongue) ? [] : parts.map((part) => `/locales/${tongue}${part}`);
  const texts = await Promise.all(files.map(fetchText));
  const known = texts.length > 0 && texts.every((text) => text !== null);
  bundles.value = known ? [bundle(tongue, texts.join("\n")), english] : [english];
  language.value = known ? tongue : SPOKEN_FIRST;
  document.documentElement.lang = language.value;
  document.documentElement.dir = RIGHT_TO_LEFT.test(language.value) ? "rtl" : "ltr";
}

/** @param {string} id */
export const languageName = (id) =>
  info.value.languages.find((one) => one.id === id)?.name ?? display("language", id);

/** @param {string} id */
export const countryName = (id) => (id === "ZZ" ? t("country-other") : display("region", id));

/**
 * @param {"language" | "region"} type
 * @param {string} id
 */
function display(type, id) {
  try {
    return new Intl.DisplayNames(language.value, { type }).of(id) ?? id;
  } catch {
    return id;
  }
}

/**
 * Ask the server.
 * @param {string} path
 * @param {object} [body] posts, if there is one
 * @returns {Promise<{status: number, body: any}>} status 0 if it can't be reached
 */
export async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  try {
    const answer = await fetch(path, body ? { ...post, body: JSON.stringify(body) } : {});
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

/**
 * Learn about the house, choose a language, and draw.
 * @param {() => VNode} app
 */
export async function show(app) {
  const text = embedded("info");
  const told = text ? JSON.parse(text) : (await ask("/api/info")).body;
  info.value = { ...info.value, ...told };
  const wanted = navigator.languages.map((one) => one.slice(0, 2));
  const tongue = wanted.find((one) => info.value.languages.some((known) => known.id === one));
  if (tongue && tongue !== SPOKEN_FIRST) await speak(tongue);
  const root = document.getElementById("page");
  if (root) {
    root.replaceChildren();
    render(html`<${app} />`, root);
  }
}

/** The heading of a screen; takes the focus when the screen comes, so that it is read. */
export function Title(/** @type {{children: unknown, first?: boolean}} */ { children, first }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!first) ref.current?.focus();
  }, []);
  return html`<h1 ref=${ref} tabindex="-1">${children}</h1>`;
}

/**
 * A question in front of the page. It is there as long as it is drawn.
 * @param {{title: string, onClose: () => void, children?: unknown, name: string, back?: string}} parts
 */
export function Dialog({ title, onClose, children, name, back = t("dialog-close") }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => ref.current?.showModal(), []);
  return html`<dialog ref=${ref} onClose=${onClose} data-test=${name} aria-labelledby="dialog-title">
    <h2 id="dialog-title">${title}</h2>
    ${children}
    <button type="button" class="quiet" data-test="dialog-close" onClick=${onClose}>
      ${back}
    </button>
  </dialog>`;
}

/**
 * @param {{label: string, value: string, options: [string, string][], name: string,
 *   onPick: (id: string) => void, hint?: string}} parts
 */
export function Choose({ label, value, options, name, onPick }) {
  return html`<label class="field">
    <span>${label}</span>
    <select data-test=${name} value=${value} onChange=${(/** @type {Event} */ event) => onPick(typed(event))}>
      ${options.map(([id, text]) => html`<option value=${id} selected=${id === value}>${text}</option>`)}
    </select>
  </label>`;
}

/** @param {{list: readonly Helpline[]}} parts */
export const Helplines = ({ list }) =>
  html`<ul class="helplines">
    ${list.map(
      (one) => html`<li data-test="helpline">
        <strong dir="auto">${one.name || (one.emergency ? t("emergency") : "")}</strong>
        ${one.phone && html`<a href=${`tel:${one.phone.replaceAll(/[^+\d*#]/g, "")}`}>${t("helpline-call", { number: one.phone })}</a>`}
        ${one.sms && html`<span>${t("helpline-text", { number: one.sms })}</span>`}
        ${one.url && html`<a href=${one.url} target="_blank" rel="noopener noreferrer">${t("helpline-site")}</a>`}
        ${one.hours && html`<span class="small" dir="auto">${one.hours}</span>`}
      </li>`,
    )}
  </ul>`;

/** Says that nothing here is real, where that is so. */
export const DemoBanner = () =>
  info.value.demo && html`<p class="demo" data-test="demo">${t("demo-banner")}</p>`;

/** @param {Event} event */
export const typed = (event) =>
  /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (event.target).value;

/** The page's language as the person's own region writes times and days. */
export const locale = () =>
  navigator.languages.find((one) => one.slice(0, 2) === language.value) ?? language.value;

/** @param {number} at milliseconds since the epoch */
export const clockTime = (at) =>
  new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit" }).format(at);

/** @param {number} at milliseconds since the epoch */
export const dayTime = (at) =>
  new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }).format(at);
