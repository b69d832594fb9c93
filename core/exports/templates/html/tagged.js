// Beside tokens.js: a tagger that gives every word of a sentence its tag, while it is typed.

const TOKENS = new Tokenizer(RUN.tokenizers[""]);
const NETWORK = new Recurrent(WEIGHTS, "recurrent", RUN.network);
const LETTERS = CONFIG.letters && new Map(Array.from(CONFIG.letters, (letter, number) => [letter, number + 2])); // 1: unknown
const MOST_LETTERS = 20; // of a word; of a longer one its first and its last ten
const MOST_CUTS = 12; // of one run; longer ones are addresses
const EDGES = ',;:?!()[]{}"“”„«»…'; // of words that nobody has cut off; a full stop may belong to "Mr."
const MARKS = "!-\\/:-@\\[-`\\{-~…«»“”„‘’¿¡।。、，！？";
const UNDIVIDED = "\\u0e00-\\u109f\\u1780-\\u17ff\\u2e80-\\ua4cf\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{3ffff}";
const RUN_OF_SIGNS = `[^\\s${MARKS}${UNDIVIDED}]+`;
const WORD_OR_MARK = new RegExp(`${RUN_OF_SIGNS}(?:-${RUN_OF_SIGNS})*|[${MARKS}${UNDIVIDED}]`, "gu");
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

const isKnown = (word) => TOKENS.ids.has(TOKENS.normalized(word));

// A typed sentence as words of the kind that the network was taught: cut already, or cut at its marks where the pieces are known.
function cutIntoWords(text) {
  const runs = betweenBlanks(text);
  const marked = (run) => LETTER_OR_DIGIT.test(run) && (EDGES.includes(run[0]) || EDGES.includes(run.at(-1)));
  const isCut = runs.length && !LETTER_OR_DIGIT.test(runs.at(-1)) && !runs.some(marked);
  return isCut ? runs : runs.flatMap(knownWords);
}

// One run without blanks: whole, or the fewest known words, the earlier cut where there are several ways; else at every mark.
function knownWords(run) {
  const signs = Array.from(run), cuts = new Set([0, signs.length]);
  signs.forEach((sign, place) => {
    if (LETTER_OR_DIGIT.test(sign)) return;
    for (const step of [-1, 0, 1]) if (place + step > 0) cuts.add(place + step);
  });
  const places = [...cuts].sort((one, other) => one - other).slice(0, MOST_CUTS), found = new Map([[0, []]]);
  places.forEach((end, number) => {
    for (const start of places.slice(0, number)) {
      const before = found.get(start), best = found.get(end), word = signs.slice(start, end).join("");
      if (before && (!best || before.length + 1 < best.length) && isKnown(word)) found.set(end, [...before, word]);
    }
  });
  return (signs.length && found.get(signs.length)) || run.match(WORD_OR_MARK) || [];
}

// A word as the network reads it: its vector, and behind it what an LSTM makes of its letters in both directions.
function inputOf(word) {
  const id = TOKENS.ids.get(TOKENS.normalized(word)) ?? UNK;
  if (!LETTERS) return row(WEIGHTS.get("embedding.weight"), id);
  const speller = new Recurrent(WEIGHTS, "embedding.speller", {
    cell: "lstm", hiddenSize: WEIGHTS.get("embedding.speller.weight_hh_l0").shape[1], numLayers: 1, bidirectional: true });
  const signs = Array.from(TOKENS.normalized(word)), half = MOST_LETTERS / 2;
  const kept = signs.length <= MOST_LETTERS ? signs : [...signs.slice(0, half), ...signs.slice(-half)];
  const read = speller.read(kept.map((letter) => row(WEIGHTS.get("embedding.letters.weight"), LETTERS.get(letter) ?? 1)));
  return joined(row(WEIGHTS.get("embedding.words.weight"), id), speller.last(read.state));
}

// The words of a sentence with their tags, how sure the network is of each, and the words that it does not know.
function predict(text) {
  const all = cutIntoWords(text), words = all.slice(0, CONFIG.max_length), tags = [], probabilities = [];
  for (const output of words.length ? NETWORK.read(words.map(inputOf)).outputs : []) {
    const likely = softmax(linear(WEIGHTS, "output", output));
    const best = likely.reduce((most, share, place) => (share > likely[most] ? place : most), 0);
    tags.push(CONFIG.classes[best]);
    probabilities.push(likely[best]);
  }
  const unknown = [...new Set(words.filter((word) => !isKnown(word)))];
  return { text, words, tags, probabilities, unknown, num_cut: all.length - words.length };
}

function showTagger() {
  const text = make("textarea", { rows: 3, maxlength: 5000 });
  const answer = make("p", { class: "words", "aria-live": "polite" });
  const unknown = make("p", { class: "quiet unknown", "aria-live": "polite" }), cut = make("p", { class: "quiet unknown" });
  const kinds = [...new Set(CONFIG.classes.filter((tag) => tag !== "O").map((tag) => tag.replace(/^[BIES]-/, "")))];
  let waiting = false;

  function tagWords() {
    const found = predict(text.value);
    answer.replaceChildren(...found.words.flatMap((word, place) => {
      const tag = found.tags[place], kind = kinds.indexOf(tag.replace(/^[BIES]-/, ""));
      const sure = `${tag}, ${percent(found.probabilities[place])}`;
      const below = make("span", { class: "tag" }, tag === "O" ? "" : `${tag} ${percent(found.probabilities[place])}`);
      return [make("span", { class: kind < 0 ? "word" : `word kind${kind % 6}`, title: sure }, make("span", {}, word), below), " "];
    }));
    if (!found.words.length) answer.textContent = "Type a sentence.";
    showUnknown(unknown, found.unknown);
    cut.textContent = found.num_cut ? `It reads the first ${CONFIG.max_length} words; ${found.num_cut} at the end are left out.` : "";
  }
  text.addEventListener("input", () => { // once a picture, however fast somebody types
    if (!waiting) requestAnimationFrame(() => { waiting = false; tagWords(); });
    waiting = true;
  });

  showPage("A network reads a sentence and gives every word its tag. Beside a tag stands how sure it is.",
    make("section", { class: "use even" },
      make("div", { class: "main" }, labelled("Sentence", text), unknown, cut),
      make("div", { class: "side" }, make("h2", { class: "title" }, "What it says"), answer)));
  text.value = RUN.example;
  tagWords();
}

showTagger();
