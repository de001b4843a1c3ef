// @ts-check
/**
 * The socket, the same for every page: MessagePack frames, pings, coming back after a loss, and
 * an outbox of what is not yet accepted. It knows frames, refs and positions; what a fact means
 * is left to the page.
 */
import { decode, encode } from "../vendor/vendor.js";

/** @typedef {{t: string, [field: string]: any}} Frame */
/** @typedef {"off" | "connecting" | "open" | "lost" | "closed"} Link */

const SUBPROTOCOL = "benchside.v1";
const PING_MS = 15_000;
const SILENCE_MS = 40_000;
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** How long a hole may stand before it is asked for: answers and lines can cross on the way. */
const HOLE_MS = 2_000;

/** Codes after which the client stays away; after any other it comes back by itself. */
const FINAL = new Set([4000, 4001, 4002, 4003, 4004, 4005, 4008, 4009, 4014, 4016]);
/** Codes by which a server says that this page did wrong, such as a frame that is too big. */
const AT_FAULT = new Set([1002, 1003, 1007, 1008, 1009, 1010]);
const REPLACED = 4008;
/**
 * Who came back and is told so soon that they are connected elsewhere may have been replaced by
 * an attempt of their own that a slow server took up late: they come back once in this time.
 */
const CONTEST_MS = 60_000;
/** The first facts of a socket that has been let in. */
const GREETINGS = new Set(["entered", "resumed", "attending"]);

/** One person's way to the server, over as many sockets as it takes. */
export class Connection {
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Map<string, Frame>} */ #outbox = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #pause;
  #slow = false;
  #greeted = false;
  #stopped = true;
  #attempts = 0;
  #visits = 0;
  #began = 0;
  #contested = -Infinity;
  #heard = 0;
  #sent = 0;
  #skew = 0;
  #path;
  #first;
  #onFact;
  #onLink;

  /**
   * @param {object} parts
   * @param {string} parts.path where the socket is
   * @param {() => Promise<Frame | null>} parts.first makes the first frame; null stays away
   * @param {(fact: Frame) => void} parts.onFact
   * @param {(link: Link, code: number) => void} parts.onLink
   */
  constructor({ path, first, onFact, onLink }) {
    this.#path = path;
    this.#first = first;
    this.#onFact = onFact;
    this.#onLink = onLink;
    setInterval(() => this.#beat(), 1_000);
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => {
      if (this.#socket) this.reopen();
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Open the socket, and keep it open until `stop`. */
  start() {
    this.#stopped = false;
    void this.#open();
  }

  /** Close the socket for good. */
  stop() {
    this.#stopped = true;
    this.#drop();
  }

  /** Let go of this socket and come back at once: what is missing is then replayed. */
  reopen() {
    this.#drop();
    if (!this.#stopped) this.#later(0);
  }

  /**
   * Send a command that is worth nothing later, such as `typing`.
   * @param {Frame} command
   * @returns {boolean} whether it went out
   */
  send(command) {
    if (!this.#greeted || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#write(command);
    return true;
  }

  /**
   * Send a command, and again on each new socket until it is settled.
   * @param {Frame} command
   * @param {string} [ref] by which it is settled
   */
  keep(command, ref = command.ref) {
    this.#outbox.set(ref, command);
    if (!this.#slow || command.t !== "say") this.send(command);
  }

  /**
   * After a refusal that will pass: wait, then send lines one by one until none is left, since
   * lines that were sent again side by side would arrive in another order.
   * @param {number} wait
   */
  slowDown(wait) {
    this.#slow = true;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#sendOldest();
    }, wait);
  }

  /** @param {string} ref */
  settle(ref) {
    if (this.#outbox.delete(ref) && this.#slow && !this.#pause) this.#sendOldest();
  }

  #sendOldest() {
    const line = [...this.#outbox.values()].find(({ t }) => t === "say");
    if (line) this.send(line);
    else this.#slow = false;
  }

  /** Milliseconds since the epoch, by the server's clock. */
  now() {
    return Date.now() + this.#skew;
  }

  async #open() {
    clearTimeout(this.#retry);
    this.#drop();
    this.#onLink(this.#attempts ? "lost" : "connecting", 0);
    /** @type {Frame | null} */
    let first;
    try {
      first = await this.#first();
    } catch {
      this.#later();
      return;
    }
    if (first === null || this.#stopped) return;
    const opening = first;
    const url = new URL(this.#path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#visits += 1;
    this.#began = this.#heard = Date.now();
    socket.onopen = () => this.#write(opening);
    socket.onmessage = ({ data }) => this.#hear(socket, data);
    socket.onclose = ({ code }) => this.#lost(socket, code);
  }

  /**
   * @param {WebSocket} socket
   * @param {ArrayBuffer} data
   */
  #hear(socket, data) {
    if (socket !== this.#socket) return;
    this.#heard = Date.now();
    const fact = /** @type {Frame} */ (decode(data));
    if (fact.t === "ponged") {
      this.#skew = fact.at - Date.now();
      return;
    }
    const greeting = GREETINGS.has(fact.t);
    this.#onFact(fact);
    if (!greeting || socket !== this.#socket) return;
    this.#greeted = true;
    this.#attempts = 0;
    this.#onLink("open", 0);
    this.#write({ t: "ping" });
    for (const command of this.#outbox.values()) {
      if (!this.#slow || command.t !== "say") this.send(command);
    }
    if (this.#slow && !this.#pause) this.#sendOldest();
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#greeted = false;
    if (this.#contests(code)) {
      this.#contested = Date.now();
      this.#later();
    } else if (FINAL.has(code) || AT_FAULT.has(code)) {
      this.#stopped = true;
      this.#onLink("closed", code);
    } else {
      this.#onLink("lost", code);
      this.#later();
    }
  }

  /** @param {number} code */
  #contests(code) {
    const now = Date.now();
    const soon = now - this.#began < CONTEST_MS && now - this.#contested > CONTEST_MS;
    return code === REPLACED && this.#visits > 1 && soon;
  }

  /** @param {number} [wait] */
  #later(wait = Math.min(LONGEST_WAIT_MS, WAIT_MS * 2 ** this.#attempts) * (0.5 + Math.random())) {
    if (this.#stopped) return;
    this.#attempts += 1;
    this.#onLink("lost", 0);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#open(), wait);
  }

  #hurry() {
    if (!this.#stopped && !this.#socket && this.#attempts) this.#later(0);
  }

  #beat() {
    if (!this.#socket) return;
    if (Date.now() - this.#heard > SILENCE_MS) {
      this.#drop();
      this.#later();
    } else if (this.#greeted && Date.now() - this.#sent > PING_MS) this.send({ t: "ping" });
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#greeted = false;
    socket?.close();
  }

  /** @param {Frame} command */
  #write(command) {
    this.#sent = Date.now();
    this.#socket?.send(encode(command));
  }
}

/** How far a log has been heard without a hole, and what was heard beyond one. */
export class Positions {
  last = 0;
  /** @type {Set<number>} */ #ahead = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #torn;

  /** @param {() => void} torn called when a hole stays open */
  constructor(torn) {
    this.#torn = torn;
  }

  /**
   * @param {number} seq
   * @returns {boolean} whether it is new
   */
  take(seq) {
    if (seq <= this.last || this.#ahead.has(seq)) return false;
    this.#ahead.add(seq);
    while (this.#ahead.delete(this.last + 1)) this.last += 1;
    clearTimeout(this.#timer);
    if (this.#ahead.size) this.#timer = setTimeout(this.#torn, HOLE_MS);
    return true;
  }

  /** Begin again from 1. */
  reset() {
    this.last = 0;
    this.#ahead.clear();
    clearTimeout(this.#timer);
  }
}

/** @returns {string} a ref that no other command of this page has */
export const newRef = () => crypto.getRandomValues(new Uint32Array(3)).join("-");
