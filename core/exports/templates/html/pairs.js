// Beside tokens.js: a translator. An encoder reads the source, a decoder writes the target, the likeliest token each time.

const SOURCE = new Tokenizer(RUN.tokenizers.src), TARGET = new Tokenizer(RUN.tokenizers.trg);
const ENCODER = new Recurrent(WEIGHTS, "encoder", RUN.network);
const DECODER = new Recurrent(WEIGHTS, "decoder", { ...RUN.network, bidirectional: false });
const HAS = (part) => RUN.network.parts.includes(part);

// The state of the decoder's layers before its first token, of the encoder's last one (by turns forward and backward).
function bridged(state) {
  const part = (layer, name, index) => {
    const forward = state[HAS("two") ? 2 * layer : layer][name];
    const backward = HAS("two") ? state[2 * layer + 1][name] : null;
    if (HAS("projected")) {
      const both = backward ? joined(forward, backward) : forward;
      return linear(WEIGHTS, `bridge.${index}`, both).map(Math.tanh);
    }
    if (HAS("zero")) return new Float64Array(forward.length);
    return backward ? forward.map((value, unit) => (value + backward[unit]) / 2) : forward.slice();
  };
  const memory = (layer, size) => (RUN.network.cell === "lstm" ? part(layer, "memory", 1) : new Float64Array(size));
  return DECODER.start().map(({ hidden }, layer) => ({ hidden: part(layer, "hidden", 0), memory: memory(layer, hidden.length) }));
}

// What the decoder looks at, one vector and one key for each source token, and its first state.
function encode(ids) {
  const { outputs, state } = ENCODER.read(ids.map((id) => row(WEIGHTS.get("src_embedding.weight"), id)));
  const memory = HAS("memory_projection") ? outputs.map((output) => linear(WEIGHTS, "memory_projection", output)) : outputs;
  return { memory, keys: HAS("attention") ? memory.map(keyOf) : [], state: bridged(state) };
}

function keyOf(seen) {
  if (HAS("scaled_dot")) return seen.map((value) => value / Math.sqrt(seen.length));
  if (!HAS("general")) return seen;
  const { shape: [rows, columns], values } = WEIGHTS.get("attention.query_projection.weight");
  const key = new Float64Array(columns); // the vector times the matrix
  for (let at = 0; at < rows; at++) for (let column = 0; column < columns; column++) key[column] += seen[at] * values[at * columns + column];
  return key;
}

// Scores of the token that follows `id`, and how much the decoder looked at each source token.
function decode(id, { memory, keys, state }) {
  let output = DECODER.step(row(WEIGHTS.get("trg_embedding.weight"), id), state), looked = [];
  if (HAS("attention")) {
    looked = softmax(keys.map((key) => key.reduce((sum, value, unit) => sum + value * output[unit], 0)));
    const context = new Float64Array(memory[0].length);
    memory.forEach((seen, place) => seen.forEach((value, unit) => { context[unit] += looked[place] * value; }));
    output = linear(WEIGHTS, "combine", joined(context, output)).map(Math.tanh);
  }
  return { scores: linear(WEIGHTS, "output", output), looked };
}

// The translation that takes the likeliest token each time, the logarithm of its probability, and what was looked at.
function predict(text) {
  const source = [...SOURCE.encode(text).slice(0, CONFIG.max_length), EOS], read = encode(source), ids = [], looks = [];
  let score = 0, token = BOS;
  for (let place = 0; place < Math.min(CONFIG.max_length, 3 * source.length + 20); place++) {
    const { scores, looked } = decode(token, read);
    const logs = Array.from(softmax(scores), Math.log);
    for (const never of place ? [0, BOS] : [0, BOS, EOS]) logs[never] = -Infinity; // an answer is never empty
    token = logs.reduce((best, log, id) => (log > logs[best] ? id : best), 0);
    score += logs[token];
    if (token === EOS) break;
    ids.push(token);
    looks.push(looked);
  }
  return { src: text, trg: TARGET.decode(ids), score, unknown: SOURCE.unknown(text), source, ids, looks };
}

function showTranslator() {
  const text = make("textarea", { rows: 4, maxlength: 1000 });
  const answer = make("p", { class: "verdict", "aria-live": "polite" }), sure = make("p", { class: "quiet" });
  const unknown = make("p", { class: "quiet unknown", "aria-live": "polite" }), table = make("table", { class: "looks" });
  let waiting = false;

  function translate() {
    const empty = !text.value.trim(), found = empty ? null : predict(text.value);
    answer.textContent = empty ? "Type a text." : found.trg;
    sure.textContent = empty ? "" : `Probability of the whole answer: ${percent(Math.exp(found.score))}`;
    showUnknown(unknown, empty ? [] : found.unknown);
    table.replaceChildren(...(empty || !HAS("attention") ? [] : looksOf(found)));
  }

  // A row for each written token, a column for each token that was read; the darker, the more it was looked at.
  function looksOf({ source, ids, looks }) {
    const head = make("tr", {}, make("td"), ...source.map((id) => make("th", { scope: "col" }, id === EOS ? "end" : SOURCE.shown(id))));
    const rows = ids.map((id, place) => make("tr", {}, make("th", { scope: "row" }, TARGET.shown(id)),
      ...Array.from(looks[place], (share) => {
        const cell = make("td", { title: percent(share), "aria-label": percent(share) });
        cell.style.setProperty("--share", share.toFixed(3));
        return cell;
      })));
    return [make("caption", {}, "What it looked at while it wrote: a row for each piece that it wrote, a column for each that it read"), head, ...rows];
  }

  text.addEventListener("input", () => { // once a picture, however fast somebody types
    if (!waiting) requestAnimationFrame(() => { waiting = false; translate(); });
    waiting = true;
  });
  showPage("A network reads a text whole and then writes it in the other language, piece by piece, the likeliest each time.",
    make("section", { class: "use even" },
      make("div", { class: "main" }, labelled("Text", text), unknown),
      make("div", { class: "side" }, make("h2", { class: "title" }, "What it writes"), answer, sure),
      make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "What it looked at" }, table)));
  text.value = RUN.example;
  translate();
}

showTranslator();
