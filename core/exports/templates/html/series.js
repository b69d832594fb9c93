// Beside chart.js: forecasts, with scaling, differences and powers as the network learned with them, and a chart whose past can be changed.

const NEEDED = CONFIG.window + CONFIG.lag; // rows that a forecast reads
const COLUMNS = CONFIG.columns;
const TARGETS = CONFIG.targets.map((name) => COLUMNS.indexOf(name));
const NETWORK = new Recurrent(WEIGHTS, "recurrent", RUN.network);
const SMALLEST = 2.2250738585072014e-308;

// Values of a row as their powers, so that swings that grow with the level stay alike; [exponent, floor, ceiling] each.
function powered(values) {
  return values.map((value, place) => {
    const power = CONFIG.powers?.[place];
    if (!power) return value;
    const log = Math.log(Math.max(value, power[1]));
    return power[0] === 0 ? log : Math.expm1(power[0] * log) / power[0];
  });
}

function unpowered(values) {
  return values.map((value, place) => {
    const power = CONFIG.powers?.[place];
    if (!power) return value;
    const [exponent, , ceiling] = power;
    const top = exponent === 0 ? Math.log(ceiling) : Math.expm1(exponent * Math.log(ceiling)) / exponent;
    const inside = Math.min(value, top);
    return exponent === 0 ? Math.exp(inside) : Math.exp(Math.log(Math.max(1 + exponent * inside, SMALLEST)) / exponent);
  });
}

// All steps of the horizon at once from the last window, again behind them as far as is asked.
// Columns that are not forecast repeat their season.
function directly(read, steps) {
  const size = CONFIG.window, season = CONFIG.season <= size ? CONFIG.season : 1;
  while (read.length < size + steps) {
    const window = read.slice(-size);
    const outputs = linear(WEIGHTS, "output", NETWORK.last(NETWORK.read(window).state));
    for (let step = 0; step < CONFIG.horizon; step++) {
      const next = window[size - season + (step % season)].slice();
      TARGETS.forEach((place, target) => { next[place] = outputs[step * TARGETS.length + target]; });
      read.push(next);
    }
  }
  return read.slice(size, size + steps);
}

// One step after the other, each read again.
function stepByStep(read, steps) {
  const { outputs, state } = NETWORK.read(read);
  const found = [linear(WEIGHTS, "output", outputs.at(-1))];
  while (found.length < steps) found.push(linear(WEIGHTS, "output", NETWORK.step(found.at(-1), state)));
  return found;
}

// The forecast of so many steps, {target: values}, after rows in original units, or after the data's own.
function predict(steps, rows = CONFIG.history) {
  const { lag, mean, std, lowest } = CONFIG;
  const levels = rows.slice(-NEEDED).map(powered);
  const changes = lag ? levels.slice(lag).map((row, place) => row.map((value, at) => value - levels[place][at])) : levels;
  const read = changes.map((row) => Float64Array.from(row, (value, at) => (value - mean[at]) / std[at]));
  const scaled = CONFIG.direct ? directly(read, steps) : stepByStep(read, steps);
  const ahead = scaled.map((row) => Array.from(row, (value, at) => value * std[at] + mean[at]));
  const before = lag ? levels.slice(-lag) : [];
  ahead.forEach((row, step) => {
    const earlier = step < lag ? before[step] : ahead[step - lag];
    if (lag) row.forEach((value, at) => { row[at] = value + earlier[at]; });
  });
  const values = ahead.map(unpowered).map((row) => row.map((value) => (lowest === null ? value : Math.max(value, lowest))));
  return Object.fromEntries(TARGETS.map((place) => [COLUMNS[place], values.map((row) => row[place])]));
}

// Numbers of a pasted column, or what is wrong with it in words. A line in the middle that is empty is a value that is missing.
function numbersOf(text) {
  const lines = text.replace(/\s+$/, "").replace(/^\s+/, "").split(/\r?\n/), empty = lines.findIndex((line) => !line.trim());
  const words = text.split(/[\s;]+/).filter((word) => word);
  const wrong = words.find((word) => !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word));
  if (wrong !== undefined) return { problem: `“${shortened(wrong, 20)}” is no number. Write them with a point, one a line.` };
  const vast = words.find((word) => Math.abs(Number(word)) > CONFIG.largest);
  if (vast !== undefined) return { problem: `“${shortened(vast, 20)}” is too large: a value may be up to ${CONFIG.largest.toExponential()}, above and below zero.` };
  if (empty >= 0 && words.length) return { problem: `Line ${empty + 1} is empty: every time needs its value.` };
  if (words.length < NEEDED) return { problem: `A forecast needs ${NEEDED} values; ${words.length} stand here.` };
  return { numbers: words.map(Number).slice(-NEEDED) };
}


function showSeries() {
  const own = CONFIG.history.slice(-NEEDED);
  let rows = own.map((row) => row.slice()), steps = CONFIG.horizon, shown = TARGETS[0], waiting = false;
  const chart = new Chart((place, value) => {
    rows[place][shown] = value;
    write();
    later();
  });
  const column = make("textarea", { rows: 8, spellcheck: "false", inputmode: "decimal" });
  const problem = make("p", { class: "problem", role: "alert" });
  const table = make("tbody");
  const write = () => { column.value = rows.map((row) => row[shown]).join("\n"); problem.textContent = ""; };
  column.addEventListener("input", () => {
    const { problem: words = "", numbers } = numbersOf(column.value);
    problem.textContent = words && `${words} What is drawn is the forecast before.`;
    if (!numbers) return;
    const tried = rows.map((row) => row.slice());
    numbers.forEach((value, place) => { tried[place][shown] = value; });
    if (!Object.values(predict(steps, tried)).flat().every(Number.isFinite)) { // such as a power of what it never saw
      problem.textContent = "These values lead to a forecast that is no number. What is drawn is the one before.";
      return;
    }
    rows = tried;
    later();
  });
  const choice = make("select", {}, ...COLUMNS.map((name, place) =>
    make("option", { value: place }, TARGETS.includes(place) ? name : `${name} (read, not forecast)`)));
  choice.value = shown;
  choice.addEventListener("change", () => { shown = Number(choice.value); write(); draw(); });

  function later() { // once a picture, however fast the pointer moves
    if (!waiting) requestAnimationFrame(() => { waiting = false; draw(); });
    waiting = true;
  }

  function draw() {
    const name = COLUMNS[shown], forecast = predict(steps, rows)[name] ?? [];
    const ahead = forecast.map((_, step) => CONFIG.future[step] ?? `step ${step + 1}`);
    const times = [...CONFIG.history_times.slice(-NEEDED), ...ahead];
    chart.show({ name, title: CONFIG.titles[name], past: rows.map((row) => row[shown]), forecast, times });
    table.replaceChildren(...shortTimes(times).slice(NEEDED).map((time, step) =>
      make("tr", {}, make("td", {}, time), make("td", {}, String(Number(forecast[step].toPrecision(6)))))));
  }

  const most = Math.min(CONFIG.future.length, 4 * CONFIG.horizon);
  const back = button("Back to the data", () => { rows = own.map((row) => row.slice()); write(); draw(); });
  const key = (kind, words) => make("span", {}, make("span", { class: `key ${kind}` }), words);
  const legend = make("p", { class: "legend" }, key("past", "What it reads: drag it"), key("forecast", "Its forecast"));
  showPage(`A network reads the last ${NEEDED} values and says the next ones. Change the past and see what it expects instead.`,
    make("section", { class: "use" },
      make("div", { class: "main" }, legend, chart.element,
        make("details", {}, make("summary", {}, "The forecast in numbers"),
          make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, "Time"), make("th", {}, "Forecast"))), table))),
      make("div", { class: "side" },
        ...(COLUMNS.length > 1 ? [labelled("Series", choice)] : []),
        slider("Steps ahead", { min: 1, max: Math.max(most, 1), step: 1, value: Math.min(steps, most) },
          (value) => { steps = value; later(); }),
        labelled("Last values, oldest first", column), problem,
        make("p", { class: "quiet" }, `Paste a column of ${NEEDED} numbers or more; the last ${NEEDED} count.`), back)));
  write();
  draw();
}

showSeries();
