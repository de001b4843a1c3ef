// @ts-check
/** The supporter's page: being there or not, offers, and several conversations side by side. */
import {
  About,
  alter,
  attend,
  attending,
  Bar,
  conversations,
  current,
  EndDialog,
  forget,
  HandOverDialog,
  lastOfSeeker,
  look,
  Notices,
  now,
  Reasons,
  Remarks,
  Risk,
  Since,
  span,
  Talk,
  tell,
  waitsForMe,
} from "./desk.js";
import { Choose, Dialog, html, languageName, named, show, t } from "./page.js";
import { effect, signal } from "../vendor/vendor.js";

/** @typedef {import("./protocol.d.ts").StaffFact} StaffFact */
/** @typedef {import("./protocol.d.ts").Offered} Offered */
/** @typedef {import("./protocol.d.ts").AvailabilitySet} AvailabilitySet */
/** @typedef {AvailabilitySet["state"]} Availability */

/** @type {Availability[]} */
const STATES = ["available", "finishing", "break", "away"];
const HELP = ["crisis", "unsure", "abuse", "technical", "need_break"];
const KEYS = ["alt-1", "alt-j", "alt-k", "alt-n", "alt-h", "alt-e", "question"];
const OFFER_MS = 20_000;

/** @type {{value: AvailabilitySet}} */
const availability = signal({ t: "availability_set", state: "away", capacity: 2, load: 0 });
/** @type {{value: Offered[]}} */
const offers = signal([]);
/** The question that is open: help, hand-over, end, keys, or none. */
const dialog = signal("");

/** @param {StaffFact} fact */
function hear(fact) {
  if (fact.t === "availability_set") availability.value = fact;
  else if (fact.t === "offered") offers.value = [...without(fact.offer), fact];
  else if (fact.t === "withdrawn") offers.value = without(fact.offer);
  else if (fact.t === "refused" && fact.reason === "offer_gone") offers.value = without(fact.subject ?? "");
}

/** Those that can still be taken: while the network was gone, nobody said that one expired. */
const openOffers = () => offers.value.filter(({ expires }) => expires > now.value - 1_000);

/** @param {string} id */
const without = (id) => offers.value.filter(({ offer }) => offer !== id);

/**
 * @param {Availability} state
 * @param {number} capacity
 */
function setAvailability(state, capacity) {
  const { languages = [], topics = [] } = attending.value ?? {};
  tell({ t: "availability", state, capacity, languages, topics });
}

/**
 * Go to the next or the previous conversation that waits for an answer.
 * @param {number} step
 */
function lookOn(step) {
  const ids = [...conversations.value.keys()];
  const start = ids.indexOf(current.value);
  for (let n = 1; n <= ids.length; n += 1) {
    const id = ids[(start + step * n + ids.length * n) % ids.length] ?? "";
    const one = conversations.value.get(id);
    if (one && waitsForMe(one)) return look(id);
  }
}

/** @param {KeyboardEvent} event */
function key(event) {
  const field = event.target instanceof Element && event.target.matches("textarea, select, input:not([type=radio])");
  if (dialog.value) return;
  if (event.key === "?" && !field) dialog.value = "keys";
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const talking = conversations.value.get(current.value)?.ended === false;
  const id = [...conversations.value.keys()][Number(event.code.replace("Digit", "")) - 1];
  if (event.code.startsWith("Digit") && id) look(id);
  else if (event.code === "KeyJ") lookOn(1);
  else if (event.code === "KeyK") lookOn(-1);
  else if (event.code === "KeyN") document.getElementById("note")?.focus();
  else if (event.code === "KeyH" && talking) dialog.value = "help";
  else if (event.code === "KeyE" && talking) dialog.value = "end";
  else return;
  event.preventDefault();
}

function Availability() {
  const { state, capacity, load } = availability.value;
  return html`<fieldset class="availability">
    <legend class="small">${t("availability", { load, capacity })}</legend>
    ${STATES.map((id) => html`<label class="chip"><input type="radio" name="availability" data-test=${`availability-${id}`}
      checked=${state === id} onChange=${() => setAvailability(id, capacity)} /><span>${named("availability", id)}</span></label>`)}
    <${Choose} label=${t("capacity")} name="capacity" value=${String(capacity)}
      options=${["1", "2", "3", "4", "5"].map((n) => [n, n])}
      onPick=${(/** @type {string} */ n) => setAvailability(state, Number(n))} />
  </fieldset>`;
}

/** @param {{one: Offered}} parts */
function Offer({ one }) {
  const left = Math.min(OFFER_MS, Math.max(0, one.expires - now.value));
  return html`<section class="card offer" data-test="offer" aria-label=${t("offer-title")}>
    <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
      <circle cx="18" cy="18" r="15" pathLength="100" stroke-dasharray=${`${(left / OFFER_MS) * 100} 100`} />
      <text x="18" y="22">${Math.ceil(left / 1000)}</text>
    </svg>
    <div>
      <div role="alert">
        <h2>${t("offer-title")} <${Risk} risk=${one.risk} /></h2>
        <p>${languageName(one.language)}${one.topics.map((id) => `, ${named("topic", id)}`)}</p>
      </div>
      <p class="small">${t("offer-waited", { span: span(one.waited) })}</p>
      ${one.raid && html`<p class="small" data-test="offer-raid">${t("offer-raid")}</p>`}
      <button type="button" data-test="accept" onClick=${() => answer("accept", one)}>${t("accept")}</button>${" "}
      <button type="button" class="quiet" data-test="decline" onClick=${() => answer("decline", one)}>${t("decline")}</button>
    </div>
  </section>`;
}

/**
 * @param {"accept" | "decline"} kind
 * @param {Offered} one
 */
function answer(kind, one) {
  if (tell(kind === "accept" ? { t: "accept", offer: one.offer } : { t: "decline", offer: one.offer })) {
    offers.value = without(one.offer);
  }
}

/** Why no offers come, where the reason is known. */
function WhyNone() {
  const person = attending.value;
  if (!person || openOffers().length) return null;
  if (person.trained_to == null) return html`<p class="card" data-test="no-training">${t("no-training")}</p>`;
  if (availability.value.state !== "available") return html`<p class="small" data-test="not-available">${t("not-available")}</p>`;
  const { load, capacity } = availability.value;
  return html`<p class="small" data-test="no-offers">${t(load >= capacity ? "no-offers-full" : "no-offers")}</p>`;
}

function List() {
  return html`<nav class="list" aria-label=${t("conversations")} data-test="conversations">
    ${[...conversations.value].map(([id, one], n) => {
      const last = lastOfSeeker(one);
      return html`<button type="button" key=${id} class="entry" data-test="conversation" data-id=${id}
        aria-current=${id === current.value ? "true" : undefined} onClick=${() => look(id)}>
        <span><strong>${one.about.name}</strong> <kbd>Alt+${n + 1}</kbd></span>
        <span><${Risk} risk=${one.risk} />
          ${one.unread > 0 && html`<span class="unread" data-test="unread">${t("unread", { n: one.unread })}</span>`}</span>
        ${one.ended ? html`<span class="small">${t("is-ended")}</span>` : last && html`<${Since} since=${last.at} waits=${waitsForMe(one)} />`}
        ${one.draft && html`<span class="small" data-test="draft">${t("draft")}</span>`}
      </button>`;
    })}
  </nav>`;
}

function Middle() {
  const id = current.value;
  const one = conversations.value.get(id);
  if (!one) return html`<p class="card" data-test="nobody">${t("nobody-yet")}</p>`;
  return html`<h2>${one.about.name}</h2>
    <${Talk} one=${one} />
    <div class="row">
      ${one.ended
        ? html`<button type="button" data-test="put-away" onClick=${() => forget(id)}>${t("put-away")}</button>`
        : html`<button type="button" class="danger" data-test="ask-help" onClick=${() => (dialog.value = "help")}>${t("ask-help")}</button>
          <button type="button" class="quiet" data-test="hand-over" onClick=${() => (dialog.value = "hand-over")}>${t("hand-over")}</button>
          <button type="button" class="quiet" data-test="end" onClick=${() => (dialog.value = "end")}>${t("end")}</button>`}
    </div>`;
}

const shut = () => (dialog.value = "");

function Question() {
  const id = current.value;
  if (dialog.value === "keys") {
    return html`<${Dialog} title=${t("keys-title")} name="keys-dialog" onClose=${shut}>
      <ul>${KEYS.map((one) => html`<li>${t(`key-${one}`)}</li>`)}</ul>
    <//>`;
  }
  if (!id) return null;
  if (dialog.value === "end") return html`<${EndDialog} id=${id} onClose=${shut} />`;
  if (dialog.value === "hand-over") return html`<${HandOverDialog} id=${id} onClose=${shut} />`;
  if (dialog.value !== "help") return null;
  return html`<${Reasons} title=${t("ask-help-title")} about=${t("ask-help-about")} kind="help" ids=${HELP} name="help" onClose=${shut}
    onPick=${(/** @type {any} */ reason) => tell({ t: "ask_help", conversation: id, reason })} />`;
}

function App() {
  const one = conversations.value.get(current.value);
  return html`<${Bar} title=${t("supporter-title")}>
      <${Availability} />
      <button type="button" class="quiet" data-test="keys-open" onClick=${() => (dialog.value = "keys")}>${t("keys-title")}</button>
    <//>
    <main class="three">
      <${Notices} />
      <div class="side" data-test="left">
        ${openOffers().map((offer) => html`<${Offer} key=${offer.offer} one=${offer} />`)}
        <${WhyNone} /><${List} />
      </div>
      <div class="middle" data-test="middle"><${Middle} /></div>
      <div class="side" data-test="right">
        ${one && html`<${About} one=${one} /><${Remarks} key=${current.value} one=${one} kind="note" />`}
      </div>
      <${Question} />
    </main>`;
}

addEventListener("keydown", key);
document.addEventListener("visibilitychange", () => document.hidden || alter(current.value, () => ({ unread: 0 })));
effect(() => {
  const unread = [...conversations.value.values()].reduce((sum, { unread: n }) => sum + n, offers.value.length);
  document.title = unread ? `(${unread}) ${t("supporter-title")}` : t("supporter-title");
});
void show(App);
void attend(hear);
