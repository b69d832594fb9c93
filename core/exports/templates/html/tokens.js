// Text to numbers and back, by character, word or subword, as the network was taught: a vocabulary carries its normalization.

const UNK = 1, BOS = 2, EOS = 3;
const SPECIALS = ["<pad>", "<unk>", "<bos>", "<eos>"];
const ACCENTS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
// Letters, marks, digits and joining signs in a row; ▁ stands for the space before them.
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼½¾";
const PIECES = new RegExp(`▁?[${WORD}]+|▁?[^${WORD}▁]|▁`, "gu");

// What stands between blanks.
const betweenBlanks = (text) => text.split(BLANKS).filter((word) => word);

function withoutAccents(text) {
  return Array.from(text, (sign) => {
    const apart = sign.normalize("NFD");
    return apart.search(ACCENTS) < 0 ? sign : apart.replace(ACCENTS, "").normalize("NFC");
  }).join("");
}

class Tokenizer {
  constructor({ unit, normalization, pieces, merges, atBlanks }) {
    Object.assign(this, { unit, normalization, atBlanks });
    this.names = unit === "character" ? [...SPECIALS, ...pieces] : pieces;
    this.ids = new Map(this.names.map((piece, id) => [piece, id]));
    if (unit === "character") SPECIALS.forEach((name) => this.ids.delete(name));
    this.ranks = merges && new Map(merges.map(([left, right], rank) => [`${left}\n${right}`, rank]));
  }

  // A text as the network reads it.
  normalized(text) {
    const { form, lower, strip_accents: strip, single_spaces: single } = this.normalization;
    const composed = (written) => (form === "none" ? written : written.normalize(form.toUpperCase()));
    let written = composed(text);
    if (lower) written = composed(written.toLowerCase());
    if (strip) written = composed(withoutAccents(written));
    return single ? betweenBlanks(written).join(" ") : written;
  }

  // What a text is cut into, [{id, piece, own}, ...]: `own` is what stood there, with a space where the piece has ▁.
  tokens(text) {
    const written = this.normalized(text);
    if (this.unit === "character") return Array.from(written, (sign) => this.token(sign, sign));
    if (this.atBlanks) return betweenBlanks(written).map((word) => this.token(word, word));
    const begun = !written || /^[ ▁]/.test(written) ? written : ` ${written}`;
    return Array.from(begun.replaceAll(" ", "▁").matchAll(PIECES)).flatMap(({ 0: piece, index }) => {
      const own = begun.slice(index, index + piece.length);
      return this.ranks ? this.merged(piece, own) : [this.token(piece, own)];
    });
  }

  token(piece, own) {
    return { id: this.ids.get(piece) ?? UNK, piece, own };
  }

  // A piece as subwords: pairs are merged in the order in which they were learned (Sennrich, Haddow and Birch 2016).
  merged(piece, own) {
    const signs = Array.from(own), parts = Array.from(piece, (sign, place) => this.token(sign, signs[place]));
    for (;;) {
      let best = Infinity, place = -1;
      for (let at = 0; at + 1 < parts.length; at++) {
        const rank = this.ranks.get(`${parts[at].piece}\n${parts[at + 1].piece}`) ?? Infinity;
        if (rank < best) [best, place] = [rank, at];
      }
      if (place < 0) return parts;
      const [left, right] = parts.slice(place, place + 2);
      parts.splice(place, 2, this.token(left.piece + right.piece, left.own + right.own));
    }
  }

  encode(text) {
    return this.tokens(text).map(({ id }) => id);
  }

  // The characters or words of a text that the network does not know, each once.
  unknown(text) {
    const found = this.tokens(text).filter(({ id }) => id === UNK);
    return [...new Set(found.map(({ own }) => own.trim() || own))];
  }

  // The text of ids: without the space of the first word, and without padding, begin and end.
  decode(ids) {
    const pieces = ids.filter((id) => ![0, BOS, EOS].includes(id)).map((id) => this.names[id]);
    if (this.unit === "character") return pieces.join("");
    if (this.atBlanks) return pieces.join(" ");
    return pieces.map((piece, place) => piece.replaceAll("▁", place ? " " : "")).join("");
  }

  // What `id` adds to a text whose last token is `last`.
  added(last, id) {
    return this.unit === "character" ? this.names[id] : this.decode([last, id]).slice(this.decode([last]).length);
  }

  // One token as a person would write it, every sign of it seen.
  shown(id) {
    const name = this.unit === "character" ? this.names[id] : this.names[id].replaceAll("▁", " ").replace(/^ /, "") || " ";
    const signs = { " ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥" };
    const code = (sign) => `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return name.replace(/[ \n\r\t]/g, (sign) => signs[sign]).replace(/[\p{C}\p{Z}]/gu, code);
  }
}
