// Beside tokens.js: a language model that goes on writing, one token at a time, with the likeliest next ones as bars.

const TOKENS = new Tokenizer(RUN.tokenizers[""]);
const NETWORK = new Recurrent(WEIGHTS, "recurrent", RUN.network);
const APART = RUN.network.parts.includes("apart"); // items that begin with a start token and end with a stop token
const NEVER = APART ? EOS : SPECIALS.length; // tokens below this number are never written
const MOST_WRITTEN = 2000, MOST_SHOWN = 10;

// What is written so far: the state of the network, the scores of the next token, and the last one.
function begin(prompt) {
  const newLine = prompt.startsWith("\n") ? [] : TOKENS.encode("\n").filter((id) => id !== UNK);
  const ids = [...(APART ? [BOS] : newLine), ...TOKENS.encode(prompt)]; // a text begins after a new line
  const written = { state: NETWORK.start() };
  for (const id of ids.length ? ids : [BOS]) read(written, id);
  return written;
}

function read(written, id) {
  written.scores = linear(WEIGHTS, "output", NETWORK.step(row(WEIGHTS.get("embedding.weight"), id), written.state));
  written.scores.fill(-Infinity, 0, NEVER);
  written.last = id;
}

// How likely every token is to come next; at temperature 0 the likeliest is certain.
function shares(scores, temperature) {
  if (temperature > 0) return softmax(scores, temperature);
  const best = scores.indexOf(scores.reduce((most, score) => Math.max(most, score), -Infinity));
  return scores.map((_, id) => (id === best ? 1 : 0));
}

function choose(scores, temperature) {
  const likely = shares(scores, temperature);
  let left = Math.random(), last = 0;
  for (let id = 0; id < likely.length; id++) {
    if (!likely[id]) continue;
    left -= likely[id];
    last = id;
    if (left < 0) break;
  }
  return last;
}

// One more token; the text that it adds.
function write(written, temperature) {
  const before = written.last, id = choose(written.scores, temperature);
  read(written, id);
  written.ended = APART && id === EOS;
  return written.ended ? "" : TOKENS.added(before, id);
}

// What follows a prompt.
function predict(prompt, length = 200, temperature = 0) {
  const written = begin(prompt);
  let text = "";
  for (let token = 0; token < length && !written.ended; token++) text += write(written, temperature);
  return { prompt, text, unknown: TOKENS.unknown(prompt) };
}

// The likeliest next tokens, [[id, share], ...].
function likeliest(scores, temperature, most) {
  return Array.from(shares(scores, temperature), (share, id) => [id, share])
    .filter(([, share]) => share > 0).sort((one, other) => other[1] - one[1]).slice(0, most);
}

function showWriter() {
  const prompt = make("textarea", { rows: 3, maxlength: 1000, spellcheck: "false" });
  const bars = make("ul", { class: TOKENS.unit === "character" ? "bars narrow" : "bars" }), unknown = make("p", { class: "quiet unknown", "aria-live": "polite" });
  const given = make("strong"), text = make("span"), said = make("p", { class: "quiet", "aria-live": "polite" });
  const paper = make("p", { class: "paper", tabindex: 0, role: "region", "aria-label": "What it writes" }, given, text);
  const unit = TOKENS.unit === "character" ? "characters" : TOKENS.unit === "word" ? "words" : "pieces";
  let written, temperature = 0.8, count = 0, going = false, waiting = false;

  const show = () => showBars(bars, likeliest(written.scores, temperature, MOST_SHOWN).map(([id, share]) => [TOKENS.shown(id), share]));
  function restart() {
    stop();
    written = begin(prompt.value);
    count = 0;
    given.textContent = prompt.value;
    text.textContent = said.textContent = "";
    showUnknown(unknown, TOKENS.unknown(prompt.value));
    start.textContent = "Write";
    show();
  }
  function stop() {
    if (going) said.textContent = `Stopped after ${count} ${unit}.`;
    going = false;
    start.disabled = false;
    halt.disabled = true;
    start.textContent = "Go on";
  }
  function go() { // a token a picture, so that it is seen being written
    if (!going) return;
    const atEnd = paper.scrollHeight - paper.scrollTop - paper.clientHeight < 40;
    text.append(write(written, temperature));
    count += 1;
    if (written.ended) { // the next item begins on a line of its own
      text.append("\n" + prompt.value);
      written = begin(prompt.value);
    }
    show();
    if (atEnd) paper.scrollTop = paper.scrollHeight;
    if (count % MOST_WRITTEN === 0) stop();
    else requestAnimationFrame(go);
  }
  const start = button("Write", () => {
    going = true;
    start.disabled = true;
    halt.disabled = false;
    halt.focus();
    said.textContent = "";
    requestAnimationFrame(go);
  }, "first");
  const halt = button("Stop", () => { stop(); start.focus(); });
  prompt.addEventListener("input", () => { // once a picture, however fast somebody types
    if (!waiting) requestAnimationFrame(() => { waiting = false; restart(); });
    waiting = true;
  });

  showPage(`A network that has read a text guesses what comes next, ${unit === "characters" ? "character by character" : "piece by piece"}. Begin a sentence and let it go on.`,
    make("section", { class: "use" },
      make("div", { class: "main" }, paper, said),
      make("div", { class: "side" },
        labelled("Prompt", prompt), unknown,
        slider("Temperature", { min: 0, max: 2, step: 0.05, value: temperature, digits: 2 },
          (value) => { temperature = value; show(); }),
        make("div", { class: "buttons" }, start, halt, button("From the prompt again", restart)),
        make("div", {}, make("h2", { class: "title" }, "What may come next"), bars))));
  prompt.value = RUN.example;
  restart();
}

showWriter();
