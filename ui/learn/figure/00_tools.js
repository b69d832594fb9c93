// What all panels share: elements, numbers as text, colours of values. Nothing here computes a number of a network.

const PANELS = {}; // kind -> (figure, panel) => { root, update(panel), draw() }
const SVG = "http://www.w3.org/2000/svg";

function make(tag, options = {}, ...children) {
  const element = options.svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "svg" || value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const draw = (tag, options, ...children) => make(tag, { ...options, svg: true }, ...children);

// A number as text: three digits that count, a real minus; "inf", "-inf" and "nan" come as text, because JSON has none.
function format(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return { inf: "∞", "-inf": "−∞", nan: "not a number" }[value] ?? value;
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (size >= 1e5 || size < 1e-4) text = value.toExponential(2).replace(/e(.+)/, (_, power) => `·10${superscript(Number(power))}`);
  else if (Number.isInteger(value)) text = String(value);
  else text = String(Number(value.toFixed(Math.max(0, Math.min(6, digits - 1 - Math.floor(Math.log10(size)))))));
  return text.replaceAll("-", "−");
}

const superscript = (power) => [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

// Blue above zero, orange below, paler towards it.
function signed(value, most, strongest = 100) {
  if (typeof value !== "number") return "var(--line)";
  const share = Math.round(strongest * Math.min(1, Math.abs(value) / (most || 1)));
  return `color-mix(in srgb, var(${value < 0 ? "--amber" : "--sky"}) ${share}%, var(--page))`;
}

// The same behind a number: pale enough that it can be read in both themes.
const tinted = (value, most) => signed(value, most, 55);

const largest = (rows) => rows.flat().reduce((most, value) => (typeof value === "number" ? Math.max(most, Math.abs(value)) : most), 0);
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const sameJson = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A box for a number that says itself when it holds none; `commit` gets the number.
function numberBox({ value, label, low, high, commit, figure }) {
  const box = make("input", { type: "text", inputmode: "decimal", "aria-label": label, autocomplete: "off" });
  let last = value;
  const show = (number) => { last = number; if (box.getRootNode().activeElement !== box) box.value = format(number, 4); };
  box.addEventListener("input", () => {
    const text = box.value.trim().replace("−", "-").replace(",", ".");
    const number = Number(text);
    const fits = text !== "" && Number.isFinite(number) && number >= low && number <= high;
    box.setAttribute("aria-invalid", String(!fits));
    figure.refuse(fits ? "" : `${label}: type a number from ${format(low)} to ${format(high)}. The last one stays.`);
    if (fits) commit(number);
  });
  box.addEventListener("focus", () => box.select());
  box.addEventListener("blur", () => {
    if (box.getAttribute("aria-invalid") !== "true") return;
    box.removeAttribute("aria-invalid");
    show(last);
  });
  show(value);
  return { box, show };
}
