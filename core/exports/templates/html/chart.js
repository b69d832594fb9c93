// A line chart of one series and its forecast in SVG, whose past can be dragged, or changed with the arrow keys.

const RIGHT = 14, TOP = 14, BOTTOM = 46, HEIGHT = 340, LETTER = 7; // of tick labels, about

// About `count` round numbers between two, [[number, its words], ...].
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const found = [];
  for (let times = Math.ceil(low / step); times * step <= high; times++) found.push(times * step || 0); // never -0
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const large = Math.max(Math.abs(low), Math.abs(high)) >= 1e6, tiny = digits > 6;
  const form = large ? { notation: "compact", maximumSignificantDigits: 5 }
    : tiny ? { notation: "scientific", maximumSignificantDigits: 3 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return found.map((number) => [number, number.toLocaleString("en", form)]);
}

// Times as short as all of them allow: years, months, days, or with the time of day.
function shortTimes(times) {
  const ends = (end) => times.every((time) => time.endsWith(end));
  if (ends("-01-01")) return times.map((time) => time.slice(0, -6));
  if (ends("-01") && times.every((time) => /^-?\d+-\d\d-01$/.test(time))) return times.map((time) => time.slice(0, -3));
  return times.map((time) => time.replace("T", " ").replace(/:00(?=$|[+-])/, ""));
}

function pathOf(points) {
  return points.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

class Chart {
  // `moved(place, value)` is called when somebody moves a value of the past.
  constructor(moved) {
    this.moved = moved;
    this.chosen = null;
    this.svg = make("svg", { role: "group", height: HEIGHT });
    this.said = make("p", { class: "readout quiet", "aria-live": "polite" });
    this.element = make("figure", {}, this.svg, this.said);
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("touchstart", (event) => this.isGrip(event) && event.preventDefault(), { passive: false }); // no scrolling
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => this.release());
    this.svg.addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.shown && this.draw()).observe(this.element);
  }

  // name and title of the series, its past values, the forecast, and the times of both.
  show(shown) {
    this.shown = { ...shown, times: shortTimes(shown.times) };
    if (this.chosen === null || this.chosen >= shown.past.length) this.chosen = shown.past.length - 1;
    this.draw();
  }

  draw() {
    const { title, past, forecast, times } = this.shown;
    const width = Math.max(280, this.element.clientWidth);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("aria-label", this.alt());
    if (!this.held) this.setRange([...past, ...forecast]);
    this.ticks = ticks(this.low, this.high, 5);
    this.left = 32 + LETTER * Math.max(...this.ticks.map(([, words]) => words.length));
    const right = width - RIGHT, bottom = HEIGHT - BOTTOM, most = Math.max(1, past.length + forecast.length - 1);
    this.x = (place) => this.left + (place / most) * (right - this.left);
    this.y = (value) => bottom - ((value - this.low) / (this.high - this.low)) * (bottom - TOP);
    const focused = document.activeElement?.classList.contains("chosen");
    const at = past.map((value, place) => [this.x(place), this.y(value)]);
    const ahead = forecast.map((value, step) => [this.x(past.length + step), this.y(value)]);
    const now = this.x(past.length - 1);
    this.svg.replaceChildren(
      make("clipPath", { id: "inside" }, make("rect", { x: this.left - 6, y: TOP - 6, width: right - this.left + 12, height: bottom - TOP + 12 })),
      ...this.axes(width, right, bottom, times, most, title),
      make("line", { class: "now", x1: now, x2: now, y1: TOP, y2: bottom }),
      make("g", { "clip-path": "url(#inside)" },
        make("path", { class: "forecast", d: pathOf(ahead.length ? [at.at(-1), ...ahead] : []) }),
        make("path", { class: "past", d: pathOf(at) }),
        make("path", { class: "grip", d: pathOf(at) }),
        ...(ahead.length <= 60 ? ahead.map(([x, y]) => make("circle", { class: "ahead", cx: x, cy: y, r: 2.5 })) : []),
        ...at.map((point, place) => this.handle(point, place))),
    );
    if (focused) this.svg.querySelector(".chosen").focus();
  }

  setRange(values) {
    const low = Math.min(...values), high = Math.max(...values);
    const room = 0.06 * (high - low) || Math.abs(high) || 1;
    Object.assign(this, { low: low - room, high: high + room });
  }

  axes(width, right, bottom, times, most, title) {
    const levels = this.ticks.flatMap(([number, words]) => [
      make("line", { class: "grid", x1: this.left, x2: right, y1: this.y(number), y2: this.y(number) }),
      make("text", { class: "tick", x: this.left - 8, y: this.y(number) + 4, "text-anchor": "end" }, words),
    ]);
    const widest = Math.max(...times.map((time) => time.length)) * LETTER;
    const every = Math.max(1, Math.ceil(most / Math.max(1, Math.floor((right - this.left) / (widest + 22)))));
    const moments = [];
    for (let place = 0, end = 0; place <= most; place += every) {
      const x = this.x(place), anchor = x + widest / 2 > width ? "end" : x - widest / 2 < 0 ? "start" : "middle";
      const start = x - { end: 1, middle: 0.5, start: 0 }[anchor] * widest;
      if (start < end) continue; // it would stand on the one before it
      end = start + widest + 12;
      moments.push(make("text", { class: "tick", x, y: bottom + 18, "text-anchor": anchor }, times[place]));
    }
    const middle = (TOP + bottom) / 2;
    return [...levels, ...moments,
      make("text", { class: "axis", x: (this.left + right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, "Time"),
      make("text", { class: "axis", x: 13, y: middle, "text-anchor": "middle", transform: `rotate(-90 13 ${middle})` }, shortened(title, 40))];
  }

  // A point of the past: one of them stands in the order of the keyboard, the arrow keys choose which.
  handle([x, y], place) {
    const { name, past, times } = this.shown;
    if (place !== this.chosen) return make("circle", { class: "handle", cx: x, cy: y, r: 3.5 });
    return make("circle", {
      class: "handle chosen", cx: x, cy: y, r: 5.5, tabindex: 0, role: "slider", "aria-orientation": "vertical",
      "aria-label": `${name} at ${times[place]}; left and right choose another time`,
      "aria-valuemin": this.low, "aria-valuemax": this.high, "aria-valuenow": past[place], "aria-valuetext": String(past[place]),
    });
  }

  alt() {
    const { title, past, forecast, times } = this.shown;
    return `Line chart of ${title}: ${past.length} values from ${times[0]} to ${times[past.length - 1]}, ` +
      `and a forecast of ${forecast.length} to ${times.at(-1)}, from ${Math.min(...forecast).toPrecision(4)} to ${Math.max(...forecast).toPrecision(4)}.`;
  }

  placeOf(event) {
    const { left, width } = this.svg.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * this.svg.viewBox.baseVal.width;
    const { past, forecast } = this.shown, most = Math.max(1, past.length + forecast.length - 1);
    return Math.round(((x - this.left) / (this.svg.viewBox.baseVal.width - RIGHT - this.left)) * most);
  }

  isGrip(event) {
    return event.target.matches(".grip, .handle");
  }

  grab(event) {
    if (!this.isGrip(event)) return;
    this.chosen = Math.min(this.shown.past.length - 1, Math.max(0, this.placeOf(event)));
    this.held = true;
    this.svg.setPointerCapture(event.pointerId);
    this.drag(event);
    event.preventDefault();
  }

  drag(event) {
    if (!this.held) return this.tell(this.placeOf(event));
    const bottom = HEIGHT - BOTTOM, y = event.clientY - this.svg.getBoundingClientRect().top;
    const share = Math.min(1, Math.max(0, (bottom - y) / (bottom - TOP)));
    this.move(this.low + share * (this.high - this.low));
  }

  release() {
    if (!this.held) return;
    this.held = false;
    this.draw();
    this.svg.querySelector(".chosen").focus();
  }

  press(event) {
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!keys[event.key]) return;
    event.preventDefault();
    const [along, up] = keys[event.key], past = this.shown.past;
    this.chosen = Math.min(past.length - 1, Math.max(0, this.chosen + along));
    if (up) return this.move(past[this.chosen] + (up * (this.high - this.low)) / 50);
    this.draw();
    this.tell(this.chosen);
  }

  move(value) {
    const digits = Math.max(0, 2 - Math.floor(Math.log10(this.high - this.low)));
    this.moved(this.chosen, Number(value.toFixed(Math.min(12, digits))));
    this.tell(this.chosen);
  }

  tell(place) {
    const { past, forecast, times } = this.shown, all = [...past, ...forecast];
    if (!(place in all)) return;
    const words = place < past.length ? "" : ", forecast";
    this.said.textContent = `${times[place]}: ${Number(all[place].toPrecision(5))}${words}`;
  }
}

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
