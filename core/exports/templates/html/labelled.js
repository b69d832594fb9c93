// Beside tokens.js: a classifier that says to which class a text belongs, while it is typed.

const TOKENS = new Tokenizer(RUN.tokenizers[""]);
const NETWORK = new Recurrent(WEIGHTS, "recurrent", RUN.network);
const MOST_SHOWN = 12;

// One vector of all steps, as the network was taught to pool them.
function pooled({ outputs, state }) {
  if (RUN.network.parts.includes("max")) {
    return outputs.reduce((most, output) => most.map((value, unit) => Math.max(value, output[unit])));
  }
  if (RUN.network.parts.includes("mean")) {
    const sum = outputs.reduce((total, output) => total.map((value, unit) => value + output[unit]));
    return sum.map((value) => value / outputs.length);
  }
  return NETWORK.last(state);
}

// The label of a text, the share of each class, the words that the network does not know, and how many it leaves out.
function predict(text) {
  const ids = TOKENS.encode(text);
  const inputs = [...ids.slice(0, CONFIG.max_length), EOS].map((id) => row(WEIGHTS.get("embedding.weight"), id));
  const likely = softmax(linear(WEIGHTS, "output", pooled(NETWORK.read(inputs))), CONFIG.temperature);
  const probabilities = CONFIG.classes.map((name, number) => [name, likely[number]]);
  const [label] = probabilities.reduce((best, one) => (one[1] > best[1] ? one : best));
  return { text, label, probabilities, unknown: TOKENS.unknown(text), cut: Math.max(0, ids.length - CONFIG.max_length) };
}

function showClassifier() {
  const text = make("textarea", { rows: 5, maxlength: 5000 });
  const label = make("p", { class: "verdict", "aria-live": "polite" }), bars = make("ul", { class: "bars" });
  const unknown = make("p", { class: "quiet unknown", "aria-live": "polite" }), cut = make("p", { class: "quiet unknown" });
  const unit = TOKENS.unit === "character" ? "characters" : TOKENS.unit === "word" ? "words and marks" : "pieces";
  let waiting = false;

  function judge() {
    const empty = !text.value.trim(), found = predict(text.value);
    label.textContent = empty ? "Type a text." : found.label;
    const rows = found.probabilities.slice();
    if (rows.length > 3) rows.sort((one, other) => other[1] - one[1]);
    showBars(bars, empty ? [] : rows.slice(0, MOST_SHOWN), found.label);
    showUnknown(unknown, found.unknown);
    cut.textContent = found.cut ? `It reads the first ${CONFIG.max_length} ${unit}; ${found.cut} at the end are left out.` : "";
  }
  text.addEventListener("input", () => { // once a picture, however fast somebody types
    if (!waiting) requestAnimationFrame(() => { waiting = false; judge(); });
    waiting = true;
  });

  const few = CONFIG.classes.length <= 6 ? CONFIG.classes.join(", ") : `one of ${CONFIG.classes.length} classes`;
  showPage(`A network reads a text and says which it is: ${few}. It judges while you type.`,
    make("section", { class: "use even" },
      make("div", { class: "main" }, labelled("Text", text), unknown, cut),
      make("div", { class: "side" }, make("h2", { class: "title" }, "What it says"), label, bars)));
  text.value = RUN.example;
  judge();
}

showClassifier();
