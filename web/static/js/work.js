// @ts-check
/**
 * The work that the server asks of newcomers while too many come: ALTCHA's second version with
 * PBKDF2. The browser computes it beside the page, which stays as quick as ever. Fetched only
 * when it is wanted; it knows nothing of the person.
 */

/** @typedef {{parameters: {algorithm: string, cost: number, keyLength: number, keyPrefix: string, nonce: string, salt: string}, signature: string}} Challenge */

/** So many tries are on their way at once, to use what cores there are. */
const AT_ONCE = 4;

/** @param {string} hex */
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {ArrayBuffer} raw */
const hex = (raw) => Array.from(new Uint8Array(raw), (one) => one.toString(16).padStart(2, "0")).join("");

/**
 * @param {Challenge} challenge
 * @param {number} tries the most that it can take
 * @param {(share: number) => void} onShare told how much is done, 0 to 1
 * @returns {Promise<object | null>} what is to be sent; null where this browser can't do it
 */
export async function prove(challenge, tries, onShare) {
  if (!crypto.subtle) return null;
  for (let next = 0; next <= tries; next += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, n) => next + n);
    const keys = await Promise.all(counters.map((counter) => derive(challenge.parameters, counter)));
    const found = keys.findIndex((key) => key.startsWith(challenge.parameters.keyPrefix));
    if (found >= 0) return { challenge, solution: { counter: next + found, derivedKey: keys[found] } };
    onShare(Math.min(1, next / tries));
  }
  return null;
}

/**
 * @param {Challenge["parameters"]} parameters
 * @param {number} counter
 */
async function derive({ algorithm, cost, keyLength, nonce, salt }, counter) {
  const begin = bytes(nonce);
  const password = new Uint8Array(begin.length + 4);
  password.set(begin);
  new DataView(password.buffer).setUint32(begin.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: algorithm.replace("PBKDF2/", ""), salt: bytes(salt), iterations: cost };
  return hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
}
